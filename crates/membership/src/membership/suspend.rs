//! Suspends a membership (ME-1): an operator stops its use without ending the contract; every check answers SUSPENDED.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{Day, SiteId};

use super::{MEMBERSHIP_NOT_ACTIVE, Membership, State, keep, table, views::Status};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct SuspendMembership {
    /// Whose.
    pub site: SiteId,
}

impl Membership {
    /// Only what runs, or is about to, can be stopped.
    fn suspend(&mut self, today: Day) -> Result<(), Refusal> {
        match self.state_on(today) {
            State::Active | State::PendingSetup => self.terms.state = State::Suspended,
            state => return Err(MEMBERSHIP_NOT_ACTIVE.with("state", state.name())),
        }
        Ok(())
    }
}

impl Verb for SuspendMembership {
    const NAME: &'static str = "SuspendMembership";
    type Answer = Status;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("support")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Status, Stop> {
        let mut membership = table::lock(tx, self.site).await?;
        membership.suspend(tx.today())?;
        keep(tx, &mut membership, "suspended", &tx.caller().name(), tx.today()).await?;
        Status::of(tx.conn(), membership, tx.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::sample::{day, shared};

    // ME-1
    #[test]
    fn only_what_runs_can_be_stopped() {
        let mut m = shared();
        m.suspend(day("2023-01-01")).unwrap();
        assert_eq!(m.state_on(day("2023-01-01")), State::Suspended);
        assert_eq!(m.suspend(day("2023-01-01")).unwrap_err().detail("state"), Some("suspended"));
        assert_eq!(shared().suspend(day("2023-09-29")).unwrap_err().detail("state"), Some("expired"));
    }
}
