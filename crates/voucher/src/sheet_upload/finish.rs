//! Finishes an upload (VO-18): its file is staged as an uploaded one is, and the upload is gone, in one transaction. Before
//! it the file was put together, compared with what was said of it, read and judged.

use flow::{Caller, Fault, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;

use super::{UPLOAD_NOT_FOUND, Upload, UploadId, table};
use crate::{
    send::PERMISSION,
    sheet::upload::{Sheet, UploadSheet},
};

/// VO-18.
pub const UPLOAD_NOT_WHOLE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "UPLOAD_NOT_WHOLE",
    "{offset} of {size} bytes have arrived. Append the rest, then finish.",
    "{size}바이트 중 {offset}바이트를 받았습니다. 나머지를 올린 뒤 완료해 주세요.",
);
/// VO-18.
pub const UPLOAD_DAMAGED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "UPLOAD_DAMAGED",
    "The file that arrived is not the one its SHA-256 was given of. It was forgotten; upload it again.",
    "받은 파일이 알려 준 SHA-256과 다릅니다. 삭제했으니 다시 올려 주세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct FinishSheetUpload {
    /// The upload.
    pub upload: UploadId,
    /// What is in it; follows from the upload. None only where the request was done before.
    #[serde(skip)]
    pub staged: Option<UploadSheet>,
}

impl Upload {
    /// Whether all that was announced has arrived, and nothing else.
    pub fn is_whole(&self) -> Result<(), Refusal> {
        match self.size {
            Some(size) if size != self.received => {
                Err(UPLOAD_NOT_WHOLE.with("offset", self.received).with("size", size))
            }
            _ => Ok(()),
        }
    }

    /// Whether this is the digest that was announced, if one was.
    pub fn is_sound(&self, digest: &[u8]) -> Result<(), Refusal> {
        if self.sha256.as_deref().is_none_or(|said| said == digest) { Ok(()) } else { Err(UPLOAD_DAMAGED) }
    }
}

impl Verb for FinishSheetUpload {
    const NAME: &'static str = "FinishSheetUpload";
    type Answer = Sheet;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Sheet, Stop> {
        let company = tx.caller().company()?;
        let staged =
            self.staged.as_ref().ok_or_else(|| Fault::bug(anyhow::anyhow!("nothing was read of an upload")))?;
        let sheet = tx.perform(staged).await?; // send before upload, as everywhere
        let upload = table::lock(tx, self.upload, company).await?.ok_or(UPLOAD_NOT_FOUND)?;
        table::delete(tx, upload.id).await?;
        Ok(sheet)
    }
}
