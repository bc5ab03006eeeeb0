//! Stages an uploaded sheet (VO-4): every row with its verdict, none taken yet. The file was read and judged before the
//! transaction; the command is known by the file's digest.

use flow::{Caller, Fault, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};

use super::{Counts, Format, Judged, SheetId, table};
use crate::send::{self, SendId};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct UploadSheet {
    /// The draft it is for.
    pub send: SendId,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
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
    /// Counts and sums.
    pub counts: Counts,
    /// When.
    pub created_at: flow::Instant,
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
            counts: self
                .judged
                .counts()
                .ok_or_else(|| Fault::bug(anyhow::anyhow!("the amounts of a sheet do not add up")))?,
            created_at: tx.now(),
        };
        table::insert(tx, &sheet, company, &self.judged.rows).await?;
        Ok(sheet)
    }
}
