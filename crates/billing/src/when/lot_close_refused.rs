//! The lot of a purchase could not be closed (VO-16): the purchase stays approved (BI-22).

use contract::voucher::v1::LotCloseRefused;
use flow::{Flow, Stop};

use crate::purchase::refuse_refund::RefuseRefund;

/// The fact, as our verb.
pub async fn when(_: Flow, fact: LotCloseRefused) -> Result<RefuseRefund, Stop> {
    RefuseRefund::of(fact)
}
