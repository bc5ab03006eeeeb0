//! The audit trail (ID-29): who did what, for whom, from where. Each entry carries the hash of the one before, so that
//! none can be changed, taken out or put in between without the chain breaking there. Details name fields and masked
//! values, never personal data, so that erasing a person leaves the chain whole (S60).

pub mod record_export;
pub(crate) mod table;
pub mod verify;
pub mod views;

use std::fmt::Display;

use flow::{Instant, Stop, Tx};
use sha2::{Digest, Sha256};
use words::CompanyId;

/// An entry of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    number: i64,
    at: Instant,
    actor: String,
    action: String,
    subject: String,
    company: Option<CompanyId>,
    address: String,
    detail: String,
    hash: Vec<u8>,
}

/// What a verb says of itself.
pub struct Note {
    action: String,
    actor: Option<String>,
    subject: String,
    company: Option<CompanyId>,
    address: Option<String>,
    detail: String,
}

impl Note {
    /// `permission.granted` on an account.
    pub fn new(action: impl Into<String>, subject: impl Display) -> Self {
        let (action, subject) = (action.into(), subject.to_string());
        Self { action, actor: None, subject, company: None, address: None, detail: String::new() }
    }

    /// For this company.
    #[must_use]
    pub fn of(mut self, company: Option<CompanyId>) -> Self {
        self.company = company;
        self
    }

    /// Done by somebody the token does not name yet: the account that just signed in.
    #[must_use]
    pub fn by(mut self, actor: impl Display) -> Self {
        self.actor = Some(actor.to_string());
        self
    }

    /// Done elsewhere, from this address.
    #[must_use]
    pub fn from(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// What changed; no personal data unless masked.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Appends it. The head of the chain is locked until the transaction ends, so this is a verb's last step.
    pub async fn record(self, tx: &Tx) -> Result<(), Stop> {
        let (number, before) = table::lock_head(tx).await?;
        let mut entry = Entry {
            number: number + 1,
            at: tx.now(),
            actor: self.actor.unwrap_or_else(|| tx.caller().name()),
            action: self.action,
            subject: self.subject,
            company: self.company,
            address: self.address.unwrap_or_else(|| tx.caller().address.map(|a| a.to_string()).unwrap_or_default()),
            detail: self.detail,
            hash: Vec::new(),
        };
        entry.hash = entry.link(&before);
        table::append(tx, &entry).await
    }
}

impl Entry {
    /// SHA-256 over the hash before and every field, each behind its length.
    fn link(&self, before: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        let company = self.company.map(|c| c.to_string()).unwrap_or_default();
        let (number, at) = (self.number.to_be_bytes(), self.at.timestamp_micros().to_be_bytes());
        let texts = [&self.actor, &self.action, &self.subject, &company, &self.address, &self.detail];
        for field in [before, &number, &at].into_iter().chain(texts.iter().map(|t| t.as_bytes())) {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        hash.finalize().to_vec()
    }
}
