//! Membership has applied an order: it is fulfilled (ME-2).

use contract::membership::v1::OrderApplied;
use flow::{Flow, Stop};

use crate::order::fulfil::FulfilOrder;

/// The fact, as our verb.
pub async fn when(_: Flow, fact: OrderApplied) -> Result<FulfilOrder, Stop> {
    FulfilOrder::of(fact)
}
