//! A membership has ended (`MembershipEnded`): nothing can be added to it any more, and its company may have another free
//! one (ME-1).

use contract::membership::v1 as pb;
use flow::{Stop, Tx, Verb};
use serde::Serialize;

use super::{Membership, know, table};
use crate::order;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct EndMembership(Membership);

impl EndMembership {
    /// From the fact.
    pub fn of(fact: pb::MembershipEnded) -> Result<Self, Stop> {
        Ok(Self(Membership { ended: true, ..know::read(fact.membership)? }))
    }
}

impl Verb for EndMembership {
    const NAME: &'static str = "EndMembership";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        table::put(tx, &self.0).await?;
        order::table::free_again(tx, self.0.site).await
    }
}
