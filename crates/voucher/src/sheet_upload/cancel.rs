//! Gives an upload up (VO-18): what arrived is forgotten at once, and its slot is free.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{UPLOAD_NOT_FOUND, UploadId, table};
use crate::send::PERMISSION;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CancelSheetUpload {
    /// The upload.
    pub upload: UploadId,
}

impl Verb for CancelSheetUpload {
    const NAME: &'static str = "CancelSheetUpload";
    type Answer = ();

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let company = tx.caller().company()?;
        let upload = table::lock(tx, self.upload, company).await?.ok_or(UPLOAD_NOT_FOUND)?;
        table::delete(tx, upload.id).await
    }
}
