//! Takes recipients out (VO-9): of a draft, or of a scheduled send until it starts; then the reservation shrinks with it,
//! and taking out the last one cancels it. No new verification is asked for (VO-7).

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use words::Money;

use super::{RecipientId, table};
use crate::{
    ledger::{self, Movement},
    lot,
    send::{self, PERMISSION, SendId, State, change::SEND_NOT_CHANGEABLE},
};

/// One of them is not there.
pub const RECIPIENT_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "RECIPIENT_NOT_FOUND",
    "One of these recipients is not in this send. Read the list again; nothing was taken out.",
    "이 발송에 없는 고객이 있습니다. 목록을 다시 조회해 주세요. 아무것도 삭제하지 않았습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveRecipients {
    /// The send.
    pub send: SendId,
    /// Which; `None` is all.
    pub chosen: Option<Vec<RecipientId>>,
}

/// What was taken out, and what is left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Removed {
    /// By this call.
    pub count: i64,
    /// Left.
    pub recipients: i64,
    /// Left.
    pub total: Money,
    /// Nobody is left of a scheduled send.
    pub cancelled: bool,
}

impl Verb for RemoveRecipients {
    const NAME: &'static str = "RemoveRecipients";
    type Answer = Removed;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Removed, Stop> {
        let company = tx.caller().company()?;
        let mut send = send::table::lock(tx, self.send, company).await?;
        let scheduled = send.has_not_started(tx.now());
        if !scheduled && send.state != State::Draft {
            return Err(SEND_NOT_CHANGEABLE.with("state", send.state.name()).into());
        }
        let gone = table::delete(tx, send.id, self.chosen.as_deref()).await?;
        if self.chosen.as_ref().is_some_and(|chosen| chosen.len() as u64 != gone) {
            return Err(RECIPIENT_NOT_FOUND.into());
        }
        let before = send.total;
        let sum = table::sum(tx.conn(), send.id).await?;
        let left = Money::from_won(sum.total);
        let freed = before.checked_sub(left).unwrap_or(Money::ZERO);
        if scheduled && freed.is_positive() {
            let lot = lot::table::lock(tx, send.lot, Some(company)).await?;
            if !ledger::table::post(tx, lot.id, Movement::Release, freed, tx.id::<Uuid>()).await? {
                return Err(crate::sql::unknown("reservation of a scheduled send"));
            }
        }
        (send.recipients, send.total) = (sum.count, left);
        let cancelled = scheduled && sum.count == 0;
        if cancelled {
            send.state = State::Cancelled;
            send.ended_at = Some(tx.now());
        }
        send::table::save(tx, &mut send).await?;
        let count = i64::try_from(gone).unwrap_or(i64::MAX);
        Ok(Removed { count, recipients: send.recipients, total: send.total, cancelled })
    }
}
