//! Puts an image on a send (VO-6, VO-9): kept once however many sends carry it, and changed like the rest of a send's
//! content: a scheduled one asks for a new verification (VO-7). The file was read before the transaction.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::table;
use crate::send::{self, Send, change::ChangeSend};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct UploadImage {
    /// What it comes to, the image's digest in it.
    pub change: ChangeSend,
    /// Its bytes; they follow from the digest.
    #[serde(skip)]
    pub image: super::Image,
}

impl Verb for UploadImage {
    const NAME: &'static str = "UploadImage";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(send::PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        table::keep(tx, &self.image).await?;
        tx.perform(&self.change).await
    }
}
