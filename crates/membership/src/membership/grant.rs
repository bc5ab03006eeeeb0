//! Grants seats and storage beside the contract, or takes them back (ME-1): complimentary is 0 unless an operator gives
//! some. What a limit does when it shrinks below what is used, the limit itself says (ME-21).

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::SiteId;

use super::{Membership, keep, table, views::Status};
use crate::{
    entitlement::limit::{Limit, shrink},
    usage,
};

/// The command: what is complimentary from now on, whole.
#[derive(Debug, Clone, Serialize)]
pub struct GrantMembership {
    /// Whose.
    pub site: SiteId,
    /// Seats.
    pub seats: i64,
    /// Storage, GB.
    pub storage_gb: i64,
}

impl Membership {
    fn grant(&mut self, seats: i64, storage_gb: i64, used_mb: i64) -> Result<(), Refusal> {
        self.terms.complimentary_seats = seats;
        self.terms.complimentary_storage_gb = storage_gb;
        shrink(Limit::Seats, self.used_seats, self.seat_limit())?;
        shrink(Limit::Storage, used_mb, self.storage_mb() + self.complimentary_storage_mb())?;
        Ok(())
    }
}

impl Verb for GrantMembership {
    const NAME: &'static str = "GrantMembership";
    type Answer = Status;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("support")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Status, Stop> {
        let mut membership = table::lock(tx, self.site).await?;
        let used_mb = usage::table::newest(tx.conn(), self.site).await?.map_or(0, |report| report.used_mb());
        membership.grant(self.seats, self.storage_gb, used_mb)?;
        keep(tx, &mut membership, "granted", &tx.caller().name(), tx.today()).await?;
        Status::of(tx.conn(), membership, tx.now()).await
    }
}

#[cfg(test)]
mod tests {
    use crate::membership::sample::{seated, shared};

    // ME-1, ME-21
    #[test]
    fn what_is_given_counts_and_can_be_taken_back_under_those_who_sit() {
        let mut m = seated(shared(), 12);
        m.grant(2, 5, 0).unwrap();
        assert_eq!((m.seat_limit(), m.complimentary_storage_mb()), (12, 7_000));
        m.grant(0, 0, 0).unwrap();
        assert_eq!((m.seat_limit(), m.used_seats()), (10, 12), "nobody is thrown out");
    }
}
