//! The net under orders that wait for the one they build on (ME-2): that one applies them itself, unless both came in the
//! same moment and neither saw the other; then this finds them.

use flow::{Done, Slot, Stop, Tx, Verb};
use serde::Serialize;

use crate::membership::{fulfil::apply_waiting, table};

/// At most so many sites in one transaction.
const PIECE: u64 = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ApplyWaitingOrders;

/// See the module.
pub fn every(_: Slot) -> ApplyWaitingOrders {
    ApplyWaitingOrders
}

impl Verb for ApplyWaitingOrders {
    const NAME: &'static str = "ApplyWaitingOrders";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        for site in table::sites_waited_for(tx, PIECE).await? {
            apply_waiting(tx, site).await?;
        }
        Ok(Done::All)
    }
}
