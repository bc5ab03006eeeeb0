//! What the registry said when it was asked again (ID-4): recorded only if the company is still as it was asked about.

use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::CompanyId;

use super::{Verification, find};
use crate::{
    audit::Note,
    outside::registry::{Answer, Said},
};

/// The command.
#[derive(Debug, Serialize)]
pub struct RecordVerification {
    /// Which.
    pub company: CompanyId,
    /// As it was when the registry was asked.
    pub version: i64,
    /// What it said.
    pub said: Said,
}

impl Verb for RecordVerification {
    const NAME: &'static str = "RecordVerification";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let mut company = find(tx, self.company).await?;
        let as_asked = company.version == self.version && company.verification == Verification::Pending;
        if !as_asked || self.said.answer == Answer::Unavailable {
            return Ok(());
        }
        company.hear(&self.said);
        company.save(tx).await?;
        let note = Note::new("company.verified", company.id).of(Some(company.id));
        note.detail(company.verification.name()).record(tx).await
    }
}
