//! Purchases not paid within their days expire and give their limits back (BI-19, BI-20); one whose deposit lies at the desk
//! waits for its approval, and what was too little goes back (BI-27).

use contract::billing::v1 as pb;
use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::{State, table};
use crate::{allowance, deposit};

/// So many in one transaction.
const AT_ONCE: u64 = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ExpireUnpaidPurchases;

impl Verb for ExpireUnpaidPurchases {
    const NAME: &'static str = "ExpireUnpaidPurchases";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let purchases = table::lock_unpaid(tx, tx.today(), AT_ONCE).await?;
        let more = purchases.len() as u64 == AT_ONCE;
        for mut p in purchases {
            let closed = p.close(State::Expired, pb::PurchaseEnd::Expired);
            deposit::resolve::return_all(tx, p.id.uuid()).await?;
            allowance::table::give_back(tx, p.company, p.month, p.face, p.discounted).await?;
            table::save(tx, &p).await?;
            tx.announce(p.id, p.version, closed);
        }
        Ok(if more { Done::More } else { Done::All })
    }
}
