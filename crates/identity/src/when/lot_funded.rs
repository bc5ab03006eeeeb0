//! A lot was funded: its company is a customer (ID-2).

use contract::voucher::v1::LotFunded;
use flow::{Fault, Flow, Stop};

use crate::company::become_customer::BecomeCustomer;

/// The verb it leads to.
pub async fn when(_: Flow, fact: LotFunded) -> Result<BecomeCustomer, Stop> {
    let company = fact.company_id.parse().map_err(Fault::bug)?;
    Ok(BecomeCustomer(company))
}
