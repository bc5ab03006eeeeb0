//! An order was paid: it is fulfilled, once (ME-2).

use contract::billing::v1::OrderPaid;
use flow::{Flow, Stop};
use words::Wrong;

use crate::membership::fulfil::FulfilOrder;

/// See the module.
pub async fn when(_: Flow, fact: OrderPaid) -> Result<FulfilOrder, Stop> {
    let order = fact.order.ok_or(Wrong::MISSING).and_then(FulfilOrder::of);
    order.map_err(|wrong| anyhow::anyhow!("an OrderPaid that is none: {wrong}").into())
}
