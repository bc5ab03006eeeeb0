//! The customer wants a purchase's money back (BI-22): close its lot if it can be closed (VO-16).

use contract::billing::v1::PurchaseRefundRequested;
use flow::{Flow, Stop};

use crate::lot::close::CloseLot;

/// Fact → verb.
pub async fn when(_: Flow, fact: PurchaseRefundRequested) -> Result<CloseLot, Stop> {
    Ok(CloseLot { purchase: fact.purchase_id })
}
