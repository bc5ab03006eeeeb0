//! Orders not paid within their days expire (BI-10): from the day after the last one to pay.

use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::{State, table};

/// So many in one transaction.
const AT_ONCE: u64 = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ExpireUnpaidOrders;

impl Verb for ExpireUnpaidOrders {
    const NAME: &'static str = "ExpireUnpaidOrders";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let orders = table::lock_unpaid(tx, tx.today(), AT_ONCE).await?;
        let more = orders.len() as u64 == AT_ONCE;
        for mut order in orders {
            let closed = order.close(State::Expired);
            table::save(tx, &order).await?;
            tx.announce(order.id, order.version, closed);
        }
        Ok(if more { Done::More } else { Done::All })
    }
}
