//! Takes the image of a send away (VO-6, VO-9): the message is an SMS or LMS again. It is a change of the send's content
//! like any other: a scheduled one asks for a new verification (VO-7).

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use crate::send::{self, Send, change::ChangeSend};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveImage(
    /// What it comes to.
    pub ChangeSend,
);

impl Verb for RemoveImage {
    const NAME: &'static str = "RemoveImage";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(send::PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        tx.perform(&self.0).await
    }
}
