//! A second admin turns a large send down (VO-20): it is cancelled, and its reservation goes back to the lot. Whoever
//! confirmed it can call it off instead.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{PERMISSION, Send, SendId, State, cancel::give_back, table, tell};

/// Of a reason.
pub const LONGEST_REASON: usize = 200;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RejectSend {
    /// The send.
    pub send: SendId,
    /// For the one who asked.
    pub reason: String,
}

impl Verb for RejectSend {
    const NAME: &'static str = "RejectSend";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        let (by, company) = (tx.caller().account()?.id, tx.caller().company()?);
        let mut send = table::lock(tx, self.send, company).await?;
        send.decide(by, tx.now())?;
        send.rejection = Some(self.reason.clone());
        send.state = State::Cancelled;
        send.ended_at = Some(tx.now());
        give_back(tx, &send).await?;
        table::save(tx, &mut send).await?;
        tell::rejected(tx, &send);
        Ok(send)
    }
}
