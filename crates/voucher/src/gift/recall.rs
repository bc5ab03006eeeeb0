//! Recalls unclaimed gifts of a completed send (VO-12), all or chosen: their value goes back to the lot they came from,
//! with one entry for all of them, and their recipients see them no more (VO-10).

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use words::Money;

use super::{GiftId, State, table};
use crate::{
    ledger::{self, Movement},
    lot,
    send::{self, PERMISSION, Send, SendId},
};

/// VO-12.
pub const SEND_NOT_COMPLETED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEND_NOT_COMPLETED",
    "This send is {state}; gifts of a completed send can be recalled.",
    "이 발송은 {state} 상태입니다. 완료된 발송의 선물만 회수할 수 있습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RecallGifts {
    /// The send.
    pub send: SendId,
    /// Which; `None` is all that are unclaimed.
    pub chosen: Option<Vec<GiftId>>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// What was recalled, or would be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recalled {
    /// How many.
    pub count: i64,
    /// What goes back to the lot.
    pub total: Money,
    /// Chosen ones that were no longer unclaimed.
    pub skipped: i64,
    /// The send.
    pub send: Send,
    /// Nothing was written.
    pub validate_only: bool,
}

impl Verb for RecallGifts {
    const NAME: &'static str = "RecallGifts";
    type Answer = Recalled;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Recalled, Stop> {
        let company = tx.caller().company()?;
        let send = send::table::lock(tx, self.send, company).await?;
        if send.state != send::State::Completed {
            return Err(SEND_NOT_COMPLETED.with("state", send.state.name()).into());
        }
        let lot = lot::table::lock(tx, send.lot, Some(company)).await?;
        let chosen = self.chosen.as_deref();
        let ended = if self.validate_only {
            table::unclaimed_of_send(tx.conn(), send.id, chosen).await?
        } else {
            table::end_of_send(tx, send.id, chosen, State::Recalled).await?
        };
        let moves = !self.validate_only && ended.total.is_positive();
        if moves && !ledger::table::post(tx, lot.id, Movement::Recall, ended.total, tx.id::<Uuid>()).await? {
            return Err(crate::sql::unknown("value of unclaimed gifts"));
        }
        let asked = chosen.map_or(ended.count, |chosen| i64::try_from(chosen.len()).unwrap_or(i64::MAX));
        let skipped = asked - ended.count;
        Ok(Recalled { count: ended.count, total: ended.total, skipped, send, validate_only: self.validate_only })
    }
}
