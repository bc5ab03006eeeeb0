//! The lot of a purchase was closed (VO-16): its money goes back (BI-22).

use contract::voucher::v1::LotClosed;
use flow::{Flow, Stop};

use crate::purchase::finish_refund::FinishRefund;

/// The fact, as our verb.
pub async fn when(_: Flow, fact: LotClosed) -> Result<FinishRefund, Stop> {
    FinishRefund::of(fact)
}
