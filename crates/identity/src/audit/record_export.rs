//! Records in the trail that a list left as a file (S55, ID-29): who took it, from where, how many rows, and why in the
//! words of whoever took it.

use flow::{Instant, Stop, Tx, Verb};
use serde::Serialize;
use words::CompanyId;

use super::Note;

/// The command.
#[derive(Debug, Serialize)]
pub struct RecordExport {
    /// `sends`.
    pub what: String,
    /// What it is about.
    pub subject: String,
    /// Whose data.
    pub company: Option<CompanyId>,
    /// Who.
    pub actor: String,
    /// From where.
    pub address: String,
    /// In the file.
    pub rows: i64,
    /// When it was taken.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

impl Verb for RecordExport {
    const NAME: &'static str = "RecordExport";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let at = self.at.format("%Y-%m-%dT%H:%M:%SZ");
        Note::new(format!("{}.exported", self.what), &self.subject)
            .of(self.company)
            .by(&self.actor)
            .from(&self.address)
            .detail(format!("{} rows at {at}: {}", self.rows, self.reason))
            .record(tx)
            .await
    }
}
