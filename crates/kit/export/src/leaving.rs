//! What leaves, whose it is, and why (S55): told to the audit trail, which is identity's, in a transaction of its own before
//! the file is given. Who asked for a file that was refused took nothing, and leaves nothing in the trail.

use contract::exported;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use uuid::Uuid;
use words::{CompanyId, text};

/// Characters of a reason.
const LONGEST_REASON: usize = 200;

/// See the module.
#[derive(Debug, Clone)]
pub struct Leaving {
    what: &'static str,
    subject: String,
    company: Option<CompanyId>,
    reason: String,
}

impl Leaving {
    /// `sends`, taken for this reason; refuses one that is none.
    pub fn new(what: &'static str, reason: &str) -> Result<Self, Refusal> {
        let f = Fields::new();
        let (reason,) = f.all((f.word("reason", text::line(reason, LONGEST_REASON)),))?;
        Ok(Self { what, subject: String::new(), company: None, reason })
    }

    /// About one thing.
    #[must_use]
    pub fn about(mut self, subject: impl ToString) -> Self {
        self.subject = subject.to_string();
        self
    }

    /// This company's alone.
    #[must_use]
    pub fn of(mut self, company: impl Into<Option<CompanyId>>) -> Self {
        self.company = company.into();
        self
    }

    /// So many rows of it, taken by this caller.
    pub(crate) fn taken(self, caller: Caller, rows: u64) -> TellExport {
        let Self { what, subject, company, reason } = self;
        TellExport { what, subject, company, reason, caller, rows: i64::try_from(rows).unwrap_or(i64::MAX) }
    }
}

/// The command.
#[derive(Debug, Serialize)]
pub(crate) struct TellExport {
    what: &'static str,
    subject: String,
    company: Option<CompanyId>,
    reason: String,
    caller: Caller,
    rows: i64,
}

impl Verb for TellExport {
    const NAME: &'static str = "TellExport";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let id: Uuid = tx.id();
        let address = self.caller.address.map(|address| address.to_string()).unwrap_or_default();
        let fact = exported::DataExported {
            export_id: id.to_string(),
            what: self.what.to_owned(),
            subject: self.subject.clone(),
            company_id: self.company.map(|company| company.to_string()).unwrap_or_default(),
            actor: self.caller.name(),
            row_count: self.rows,
            time: contract::timestamp(tx.now()),
            sealed: exported::seal(tx.sealer(), self.reason.clone(), address),
        };
        tx.announce(id, 1, fact);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_for_a_reason_in_one_plain_line() {
        // S55
        for none in ["", "   ", "a\nb", "\u{202E}a", &"가".repeat(201)] {
            let no = Leaving::new("sends", none).unwrap_err();
            assert_eq!((no.reason(), no.detail("fields")), ("INVALID_FIELDS", Some("reason")), "{none:?}");
        }
        assert_eq!(Leaving::new("sends", &format!(" {} ", "가".repeat(200))).unwrap().reason.chars().count(), 200);
    }
}
