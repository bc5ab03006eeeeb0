//! Every five seconds what the lots that changed hold is told (BI-24).

use flow::Slot;

use crate::lot::tell::TellLotBalances;

/// Time → verb.
pub fn every(_: Slot) -> TellLotBalances {
    TellLotBalances
}
