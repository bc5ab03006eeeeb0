//! Every hour, purchases whose days to pay are over expire (BI-19).

use flow::Slot;

use crate::purchase::expire::ExpireUnpaidPurchases;

/// The verb.
pub fn every(_: Slot) -> ExpireUnpaidPurchases {
    ExpireUnpaidPurchases
}
