//! Starts a membership whose first day has come (ME-1): written down for the history; checks knew it at midnight.

use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::{Day, SiteId};

use super::{Membership, State, keep, table};

/// The command, for one site.
#[derive(Debug, Clone, Serialize)]
pub struct StartMembership {
    /// Whose.
    pub site: SiteId,
}

impl Membership {
    /// Starts it if its first day has come.
    fn start(&mut self, today: Day) -> bool {
        let due = self.terms.state == State::PendingSetup && self.state_on(today) == State::Active;
        if due {
            self.terms.state = State::Active;
        }
        due
    }
}

impl Verb for StartMembership {
    const NAME: &'static str = "StartMembership";
    type Answer = bool;

    async fn perform(&self, tx: &mut Tx) -> Result<bool, Stop> {
        let mut membership = table::lock(tx, self.site).await?;
        if !membership.start(tx.today()) {
            return Ok(false);
        }
        let first_day = membership.terms.first_day;
        keep(tx, &mut membership, "started", "", first_day).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::sample::{day, shared, with};

    // ME-1
    #[test]
    fn it_starts_on_its_first_day_and_once() {
        let mut m = with(shared(), |t| t.state = State::PendingSetup);
        assert!(!m.start(day("2022-09-28")));
        assert!(m.start(day("2022-09-29")));
        assert!(!m.start(day("2022-09-29")));
    }
}
