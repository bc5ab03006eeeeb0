//! A purchase's lot holds something else now: the dashboard and the history show it (BI-24, BI-30).

use contract::voucher::v1::LotBalanceChanged;
use flow::{Flow, Stop};

use crate::lot::know::KnowLot;

/// The fact, as our verb.
pub async fn when(_: Flow, fact: LotBalanceChanged) -> Result<KnowLot, Stop> {
    KnowLot::of(fact)
}
