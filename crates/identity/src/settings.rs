//! What identity is set by; `identity.default.toml` says what each means.

use serde::Deserialize;
use words::Secret;

/// `[identity]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where links of invitations lead.
    pub portal_url: String,
    /// `[identity.bootstrap]`.
    pub bootstrap: Bootstrap,
    /// `[identity.registry]`.
    pub registry: Registry,
    /// `[identity.limits]`.
    pub limits: Limits,
    /// `[[identity.service_clients]]`.
    pub service_clients: Vec<ServiceClient>,
}

/// The first operator (ID-30).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bootstrap {
    /// Empty: none is made.
    pub operator_login_id: String,
    /// Its first password.
    pub operator_password: Secret<String>,
    /// Its second factor; empty only in development.
    pub operator_phone: String,
}

/// The business registry (ID-4).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// `check-digit` or `nts`.
    pub kind: RegistryKind,
    /// Where the National Tax Service's API answers.
    pub url: String,
    /// Its key.
    pub service_key: Secret<String>,
    /// Milliseconds for one call.
    pub timeout_millis: u64,
    /// How often in all.
    pub attempts: u32,
}

/// Which adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistryKind {
    /// Check digit only.
    CheckDigit,
    /// National Tax Service.
    Nts,
}

/// How much in how long.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// ID-6.
    pub codes_per_phone_hour: usize,
    /// ID-6.
    pub codes_per_phone_day: usize,
    /// ID-6.
    pub codes_per_address_hour: usize,
    /// Wrong passwords from one address, whatever the login ids.
    pub wrong_passwords_per_address_hour: usize,
    /// Uploads from one address.
    pub uploads_per_address_hour: usize,
    /// Invitations of one company.
    pub invitations_per_company_hour: usize,
}

/// A program that calls us (ID-28).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceClient {
    /// Its id.
    pub id: String,
    /// Hex SHA-256 of its secret.
    pub secret_sha256: String,
    /// What its tokens may be good for.
    pub scopes: Vec<String>,
}

/// The bootstrap password everybody knows: development only (S69).
const KNOWN_PASSWORD: &str = "Dure-Operator-2026";

impl Settings {
    /// Refuses what must not stand in production, by name.
    pub fn check(&self, developer: bool) -> anyhow::Result<()> {
        if developer {
            return Ok(());
        }
        let b = &self.bootstrap;
        anyhow::ensure!(
            b.operator_login_id.is_empty() || b.operator_password.expose() != KNOWN_PASSWORD,
            "identity.bootstrap.operator_password is the development password everybody knows; choose another or empty identity.bootstrap.operator_login_id"
        );
        anyhow::ensure!(
            b.operator_login_id.is_empty() || !b.operator_phone.is_empty(),
            "identity.bootstrap.operator_phone is missing: outside development an operator needs a second factor"
        );
        anyhow::ensure!(
            self.registry.kind == RegistryKind::Nts,
            "identity.registry.kind must be nts outside development: check-digit asks nobody"
        );
        anyhow::ensure!(
            !self
                .service_clients
                .iter()
                .any(|c| c.secret_sha256 == crate::service_client::hash(crate::service_client::KNOWN_SECRET)),
            "identity.service_clients holds a client with the development secret everybody knows"
        );
        Ok(())
    }
}
