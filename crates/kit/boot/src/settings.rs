//! Settings (OP-4): defaults in the code, then a file, then the environment; checked at start, each mistake with its
//! name and what is allowed. Secrets never show in Debug.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Context;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use config::{Config, Environment, File, FileFormat};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use words::{Sealer, Secret};

const DEFAULTS: &str = include_str!("boot.default.toml");
const DEVELOPMENT: &str = "development";

/// Which promises are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Default keys and developer RPCs are allowed.
    Development,
    /// They are refused.
    Production,
}

/// What every service is set by; `boot.default.toml` says what each means.
#[derive(Debug, Clone)]
pub struct Common {
    /// See the default file.
    pub profile: Profile,
    /// Developer RPCs and embedded adapters.
    pub developer: bool,
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// `[database]`.
    pub database: Database,
    /// `[bus]`.
    pub bus: Bus,
    /// `[listen]`.
    pub listen: Listen,
    /// `[keys]`.
    pub keys: Keys,
    /// `[telemetry]`.
    pub telemetry: Telemetry,
}

/// `[database]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// postgres://… or sqlite:file; may hold a password.
    pub url: Secret<String>,
    /// Of one replica.
    pub connections: u32,
}

/// `[bus]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    /// amqp://…; may hold a password.
    pub url: Secret<String>,
    /// What its exchanges and queues are called.
    pub name: String,
}

/// `[listen]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Address and port.
    pub grpc: SocketAddr,
    /// Bound of the drain.
    pub drain_seconds: u64,
}

/// `[keys]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Sealing key.
    pub seal: Secret<String>,
    /// Signing seed.
    pub token: Secret<String>,
    /// Keys trusted for tokens.
    pub token_public: Vec<String>,
    /// Where identity publishes them, or empty.
    pub published_at: String,
}

/// `[telemetry]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// Collector, or empty.
    pub otlp: String,
    /// Filter.
    pub log: String,
    /// text or json.
    pub format: String,
}

/// All sources, layered.
pub struct Sources(Config);

impl Sources {
    /// The service's defaults behind the common ones, then file, then environment.
    pub fn load(service_defaults: &str) -> anyhow::Result<Self> {
        let mut layers = Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(File::from_str(service_defaults, FileFormat::Toml));
        if let Ok(file) = std::env::var("DURE_CONFIG") {
            layers = layers.add_source(File::new(&file, FileFormat::Toml));
        }
        let environment = Environment::with_prefix("DURE")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("keys.token_public");
        layers.add_source(environment).build().map(Self).context("settings cannot be read")
    }

    /// Common settings, checked.
    pub fn common(&self) -> anyhow::Result<Common> {
        let common = Common {
            profile: self.get("profile")?,
            developer: self.get("developer")?,
            data_dir: self.get("data_dir")?,
            database: self.get("database")?,
            bus: self.get("bus")?,
            listen: self.get("listen")?,
            keys: self.get("keys")?,
            telemetry: self.get("telemetry")?,
        };
        common.check()?;
        Ok(common)
    }

    /// A service's own table.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<T> {
        self.0.get(name).with_context(|| format!("the setting {name} is wrong"))
    }
}

impl Common {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            matches!(self.telemetry.format.as_str(), "text" | "json"),
            "telemetry.format must be text or json, not {}",
            self.telemetry.format
        );
        self.keys.seal()?;
        self.keys.seed()?;
        if self.profile == Profile::Production {
            anyhow::ensure!(
                !self.developer,
                "developer = true is not allowed with profile = production: it opens the mailbox and the clock"
            );
            for (name, key) in [("keys.seal", &self.keys.seal), ("keys.token", &self.keys.token)] {
                let verifies_only = !self.keys.token_public.is_empty() || !self.keys.published_at.is_empty();
                let known = key.expose() == DEVELOPMENT && !(name == "keys.token" && verifies_only);
                anyhow::ensure!(
                    !known,
                    "{name} is the development key everybody knows; production needs 32 random bytes in base64"
                );
            }
            anyhow::ensure!(
                self.database.url.expose().starts_with("postgres"),
                "database.url must be a postgres:// URL in production"
            );
            anyhow::ensure!(self.bus.url.expose().starts_with("amqp"), "bus.url must be an amqp:// URL in production");
            anyhow::ensure!(
                !self.bus.url.expose().contains("guest:guest@"),
                "bus.url uses guest/guest, which production refuses"
            );
        }
        Ok(())
    }
}

impl Keys {
    /// The sealer of `seal`.
    pub fn seal(&self) -> anyhow::Result<Sealer> {
        Ok(Sealer::new(key("keys.seal", self.seal.expose())?))
    }

    /// The signing seed of `token`.
    pub fn seed(&self) -> anyhow::Result<[u8; 32]> {
        key("keys.token", self.token.expose())
    }

    /// The public keys that are trusted.
    pub fn public(&self) -> anyhow::Result<Vec<[u8; 32]>> {
        self.token_public.iter().map(|k| key("keys.token_public", k)).collect()
    }
}

fn key(name: &str, text: &str) -> anyhow::Result<[u8; 32]> {
    if text == DEVELOPMENT {
        return Ok(Sha256::digest(format!("dure {name} for development only")).into());
    }
    let bytes = BASE64_STANDARD.decode(text).ok().and_then(|b| b.try_into().ok());
    bytes.with_context(|| format!("{name} must be 32 bytes in base64 (for example: openssl rand -base64 32)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(file: &str) -> anyhow::Result<Common> {
        let layers = Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(File::from_str(file, FileFormat::Toml));
        Sources(layers.build()?).common()
    }

    #[test]
    fn the_defaults_are_right_for_development() {
        assert!(with("").is_ok());
    }

    // OP-4
    #[test]
    fn production_refuses_what_everybody_knows_by_name() {
        let error = |file: &str| with(file).unwrap_err().to_string();
        assert!(error("profile = 'production'").contains("developer"));
        assert!(error("profile = 'production'\ndeveloper = false").contains("keys.seal"));
        assert!(error("[listen]\ngrpc = 'nowhere'\ndrain_seconds = 1").contains("listen"));
        assert!(error("[database]\nurl = ''\nconnections = 1\npool = 3").contains("database"));
    }
}
