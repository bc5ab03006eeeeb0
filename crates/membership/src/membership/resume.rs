//! Resumes a suspended membership (ME-1).

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Day, SiteId};

use super::{Membership, State, keep, table, views::Status};

/// There is nothing to resume.
pub const MEMBERSHIP_NOT_SUSPENDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "MEMBERSHIP_NOT_SUSPENDED",
    "The membership is {state}; only a suspended one can be resumed.",
    "멤버십이 {state} 상태입니다. 정지된 멤버십만 다시 사용할 수 있습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ResumeMembership {
    /// Whose.
    pub site: SiteId,
}

impl Membership {
    fn resume(&mut self, today: Day) -> Result<(), Refusal> {
        match self.state_on(today) {
            State::Suspended if today < self.terms.first_day => self.terms.state = State::PendingSetup,
            State::Suspended => self.terms.state = State::Active,
            state => return Err(MEMBERSHIP_NOT_SUSPENDED.with("state", state.name())),
        }
        Ok(())
    }
}

impl Verb for ResumeMembership {
    const NAME: &'static str = "ResumeMembership";
    type Answer = Status;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("support")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Status, Stop> {
        let mut membership = table::lock(tx, self.site).await?;
        membership.resume(tx.today())?;
        keep(tx, &mut membership, "resumed", &tx.caller().name(), tx.today()).await?;
        Status::of(tx.conn(), membership, tx.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::sample::{day, shared, with};

    // ME-1
    #[test]
    fn only_a_suspended_one_resumes() {
        let mut m = with(shared(), |t| t.state = State::Suspended);
        m.resume(day("2023-01-01")).unwrap();
        assert_eq!(m.state_on(day("2023-01-01")), State::Active);
        assert_eq!(m.resume(day("2023-01-01")).unwrap_err().reason(), "MEMBERSHIP_NOT_SUSPENDED");
        let mut early = with(shared(), |t| t.state = State::Suspended);
        early.resume(day("2022-09-01")).unwrap();
        assert_eq!(early.terms.state, State::PendingSetup);
    }
}
