//! Stages an uploaded sheet (VO-4): every row with its verdict, none taken yet. The file was read and judged before the
//! transaction; the command is known by the file's digest.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};

use super::{Counts, Format, Judged, Row, SheetId, Verdict, table};
use crate::send::{self, SendId};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct UploadSheet {
    /// The draft it is for.
    pub send: SendId,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// As on the sender's machine, without folders.
    pub file_name: String,
    /// How many days back earlier sends were looked at.
    pub repeat_days: i64,
    /// What is in it; follows from the digest.
    #[serde(skip)]
    pub judged: Judged,
}

/// A staged sheet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sheet {
    /// Its id.
    pub id: SheetId,
    /// The draft it is for.
    pub send: SendId,
    /// What the file is.
    pub format: Format,
    /// Where name, phone and amount stand.
    pub letters: [String; 3],
    /// As on the sender's machine, without folders.
    pub file_name: String,
    /// How many days back earlier sends were looked at.
    pub repeat_days: i64,
    /// Blank rows.
    pub blank: i64,
    /// The others, and their sums.
    pub counts: Counts,
    /// When its rows were taken, and which.
    pub taken: Option<Taken>,
    /// When.
    pub created_at: flow::Instant,
}

/// When a sheet's rows were taken, and which besides the right ones.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Taken {
    /// When.
    pub at: flow::Instant,
    /// Also those that repeat a phone.
    pub repeated: bool,
    /// Also those whose phone is in an earlier send.
    pub sent_before: bool,
}

impl Taken {
    /// Whether a row was among them.
    pub fn has(&self, row: &Row) -> bool {
        match row.verdict {
            Verdict::Right => true,
            Verdict::SentBefore => self.sent_before,
            Verdict::Repeated => self.repeated && (self.sent_before || row.earlier.is_none()),
            Verdict::Wrong | Verdict::Dropped | Verdict::Blank => false,
        }
    }
}

impl Verb for UploadSheet {
    const NAME: &'static str = "UploadSheet";
    type Answer = Sheet;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(send::PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Sheet, Stop> {
        let company = tx.caller().company()?;
        let send = send::table::lock(tx, self.send, company).await?;
        send.is_draft()?;
        let sheet = Sheet {
            id: tx.id(),
            send: send.id,
            format: self.judged.format,
            letters: self.judged.letters.clone(),
            file_name: self.file_name.clone(),
            repeat_days: self.repeat_days,
            blank: self.judged.blank,
            counts: Counts::of(&self.judged.rows),
            taken: None,
            created_at: tx.now(),
        };
        table::insert(tx, &sheet, company, &self.judged.rows).await?;
        Ok(sheet)
    }
}
