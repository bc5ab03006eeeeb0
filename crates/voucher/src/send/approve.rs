//! A second admin lets a large send go on (VO-20): never the one who confirmed it, and only as it was seen.

use flow::{Caller, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::AccountId;

use super::{PERMISSION, Send, SendId, State, change::SEND_CHANGED, confirm::SCHEDULE_PASSED, table, tell};
use crate::lot::{self, Lot};

/// VO-20.
pub const SEND_NOT_AWAITING: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEND_NOT_AWAITING",
    "This send is {state}; it does not wait for an approval.",
    "이 발송은 {state} 상태이며 승인 대기 중이 아닙니다.",
);
/// VO-20.
pub const SECOND_APPROVER_NEEDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SECOND_APPROVER_NEEDED",
    "Another admin has to decide on this send, not the one who confirmed it.",
    "발송을 확정한 관리자가 아닌 다른 관리자가 승인해야 합니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ApproveSend {
    /// The send.
    pub send: SendId,
    /// The version it was read at.
    pub version: i64,
}

impl Send {
    /// VO-20: it waits, and somebody else than its confirmer decides.
    pub(super) fn decide(&mut self, by: AccountId, now: Instant) -> Result<(), Refusal> {
        if self.state != State::AwaitingApproval {
            return Err(SEND_NOT_AWAITING.with("state", self.state.name()));
        }
        if self.confirmed_by == Some(by) {
            return Err(SECOND_APPROVER_NEEDED);
        }
        (self.decided_by, self.decided_at) = (Some(by), Some(now));
        Ok(())
    }

    fn approve(&mut self, version: i64, lot: &Lot, by: AccountId, now: Instant) -> Result<(), Refusal> {
        let seen = self.version == version;
        self.decide(by, now)?;
        if !seen {
            return Err(SEND_CHANGED);
        }
        lot.usable(words::Day::of(now))?;
        if self.scheduled_at.is_some_and(|at| at <= now) {
            return Err(SCHEDULE_PASSED);
        }
        self.go_on(now);
        Ok(())
    }
}

impl Verb for ApproveSend {
    const NAME: &'static str = "ApproveSend";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        let (by, company) = (tx.caller().account()?.id, tx.caller().company()?);
        let mut send = table::lock(tx, self.send, company).await?;
        let lot = lot::table::lock(tx, send.lot, Some(company)).await?;
        send.approve(self.version, &lot, by, tx.now())?;
        table::save(tx, &mut send).await?;
        tell::approved(tx, &send);
        Ok(send)
    }
}
