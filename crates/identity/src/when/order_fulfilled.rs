//! An order was fulfilled: its company is a customer (ID-2).

use contract::billing::v1::OrderFulfilled;
use flow::{Fault, Flow, Stop};

use crate::company::become_customer::BecomeCustomer;

/// The verb it leads to.
pub async fn when(_: Flow, fact: OrderFulfilled) -> Result<BecomeCustomer, Stop> {
    let company = fact.company_id.parse().map_err(Fault::bug)?;
    Ok(BecomeCustomer(company))
}
