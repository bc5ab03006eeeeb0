//! Calls a send off (VO-9): a draft, one that waits for approval (VO-20), or a scheduled one until it starts; what it had reserved goes back to its lot.

use flow::{Caller, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;

use super::{PERMISSION, Send, SendId, State, table};
use crate::{
    ledger::{self, Movement},
    lot,
};

/// VO-9.
pub const SEND_NOT_CANCELLABLE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEND_NOT_CANCELLABLE",
    "This send is {state}; it can no longer be called off. Unclaimed gifts of a completed send can be recalled.",
    "이 발송은 {state} 상태라 취소할 수 없습니다. 완료된 발송은 미수령 선물을 회수할 수 있습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CancelSend {
    /// The send.
    pub send: SendId,
}

impl Send {
    /// VO-9: at its minute a scheduled send has started, whether its first gift was issued yet or not.
    pub(crate) fn has_not_started(&self, now: Instant) -> bool {
        self.state == State::Scheduled && self.scheduled_at.is_some_and(|at| now < at)
    }

    /// Whether something was reserved that now goes back.
    fn cancel(&mut self, now: Instant) -> Result<bool, Refusal> {
        let reserved = self.has_not_started(now) || self.state == State::AwaitingApproval;
        if !reserved && self.state != State::Draft {
            return Err(SEND_NOT_CANCELLABLE.with("state", self.state.name()));
        }
        self.state = State::Cancelled;
        self.ended_at = Some(now);
        Ok(reserved)
    }
}

impl Verb for CancelSend {
    const NAME: &'static str = "CancelSend";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        let company = tx.caller().company()?;
        let mut send = table::lock(tx, self.send, company).await?;
        let reserved = send.cancel(tx.now())?;
        if reserved {
            give_back(tx, &send).await?;
        }
        table::save(tx, &mut send).await?;
        Ok(send)
    }
}

/// The whole reservation of a held send goes back to its lot.
pub(super) async fn give_back(tx: &Tx, send: &Send) -> Result<(), Stop> {
    if release(tx, send).await? { Ok(()) } else { Err(crate::sql::unknown("reservation of a confirmed send")) }
}

/// The same; `false` if the lot has no such reservation.
pub(super) async fn release(tx: &Tx, send: &Send) -> Result<bool, Stop> {
    let lot = lot::table::lock(tx, send.lot, Some(send.company)).await?;
    ledger::table::post(tx, lot.id, Movement::Release, send.total, send.id.uuid()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::tests::draft;

    #[test]
    fn a_send_is_called_off_until_its_minute() {
        // VO-9
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let at = |seconds| Some(now + chrono::Duration::seconds(seconds));
        let send = |state, scheduled_at| Send { state, scheduled_at, ..draft() };
        assert!(!send(State::Draft, None).cancel(now).unwrap());
        assert!(send(State::Scheduled, at(1)).cancel(now).unwrap());
        assert!(send(State::AwaitingApproval, None).cancel(now).unwrap());
        for mut late in [
            send(State::Scheduled, at(0)),
            send(State::Sending, None),
            send(State::Completed, None),
            send(State::Cancelled, at(60)),
        ] {
            assert_eq!(late.cancel(now).unwrap_err().reason(), "SEND_NOT_CANCELLABLE");
        }
    }
}
