//! Every hour, orders whose days to pay are over expire (BI-10).

use flow::Slot;

use crate::order::expire::ExpireUnpaidOrders;

/// The verb.
pub fn every(_: Slot) -> ExpireUnpaidOrders {
    ExpireUnpaidOrders
}
