//! A membership ended: nothing can be added to it any more.

use contract::membership::v1::MembershipEnded;
use flow::{Flow, Stop};

use crate::membership::end::EndMembership;

/// The fact, as our verb.
pub async fn when(_: Flow, fact: MembershipEnded) -> Result<EndMembership, Stop> {
    EndMembership::of(fact)
}
