//! Appends the next bytes of an upload (VO-18): exactly where it stands, once. A line that breaks loses at most the piece
//! that was under way.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{UPLOAD_NOT_FOUND, Upload, UploadId, table};
use crate::send::PERMISSION;

/// Bytes appended in one transaction.
pub const PIECE: usize = 512 * 1024;

/// The command: one piece.
#[derive(Debug, Clone, Serialize)]
pub struct AppendPiece {
    /// The upload.
    pub upload: UploadId,
    /// Where its first byte belongs.
    pub offset: i64,
    /// SHA-256 of the piece.
    pub digest: [u8; 32],
    /// The piece; follows from the digest.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Verb for AppendPiece {
    const NAME: &'static str = "AppendToSheetUpload";
    type Answer = Upload;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Upload, Stop> {
        let company = tx.caller().company()?;
        let mut upload = table::lock(tx, self.upload, company).await?.ok_or(UPLOAD_NOT_FOUND)?;
        upload.takes(self.offset, self.bytes.len())?;
        table::append(tx, &mut upload, &self.bytes).await?;
        Ok(upload)
    }
}
