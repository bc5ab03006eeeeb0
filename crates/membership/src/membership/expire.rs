//! Expires a membership whose last day is over (ME-1, BI-13): "expired" means `today > last day`. Checks answer EXPIRED
//! from that midnight on by themselves; this verb writes it down, closes the site and tells the others, once.

use contract::membership::v1 as pb;
use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::{Day, SiteId};

use super::{Membership, State, keep, table};
use crate::site;

/// The command, for one site.
#[derive(Debug, Clone, Serialize)]
pub struct ExpireMembership {
    /// Whose.
    pub site: SiteId,
}

impl Membership {
    /// Expires it if its last day is over; answers the day after it.
    fn expire(&mut self, today: Day) -> Option<Day> {
        if self.terms.state == State::Expired || self.state_on(today) != State::Expired {
            return None;
        }
        self.terms.state = State::Expired;
        self.terms.last_day.map(Day::next)
    }
}

impl Verb for ExpireMembership {
    const NAME: &'static str = "ExpireMembership";
    type Answer = bool;

    async fn perform(&self, tx: &mut Tx) -> Result<bool, Stop> {
        let mut membership = table::lock(tx, self.site).await?;
        let Some(from) = membership.expire(tx.today()) else { return Ok(false) };
        keep(tx, &mut membership, "expired", "", from).await?;
        site::close(tx, self.site).await?;
        tx.announce(membership.id, membership.revision, pb::MembershipEnded { membership: Some(membership.content()) });
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::membership::sample::{day, free, shared};

    // ME-1, BI-13
    #[test]
    fn it_expires_the_day_after_its_last_and_once() {
        let mut m = shared();
        assert_eq!(m.expire(day("2023-09-28")), None);
        assert_eq!(m.expire(day("2023-10-02")), Some(day("2023-09-29")));
        assert_eq!(m.expire(day("2023-10-02")), None);
        assert_eq!(free().expire(day("2099-01-01")), None);
    }
}
