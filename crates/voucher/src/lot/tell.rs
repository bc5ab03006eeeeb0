//! Tells what the lots that changed hold now (BI-24, BI-30): every few seconds, not at each movement, so that claims and
//! sends pay nothing for it. Two at once tell a version once.

use contract::{money, voucher::v1 as pb};
use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::table;

const LOTS_AT_ONCE: u64 = 500;

/// The command: some lots in one transaction, again until none is left.
#[derive(Debug, Clone, Serialize)]
pub struct TellLotBalances;

impl Verb for TellLotBalances {
    const NAME: &'static str = "TellLotBalances";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let changed = table::untold(tx, LOTS_AT_ONCE).await?;
        let more = changed.len() as u64 == LOTS_AT_ONCE;
        for lot in changed {
            if table::mark_told(tx, &lot).await? {
                let fact = pb::LotBalanceChanged {
                    lot_id: lot.id.to_string(),
                    version: lot.version,
                    purchase_id: lot.purchase,
                    company_id: lot.company.to_string(),
                    available: money(lot.buckets.available),
                    reserved: money(lot.buckets.reserved),
                };
                tx.announce(lot.id, lot.version, fact);
            }
        }
        Ok(if more { Done::More } else { Done::All })
    }
}
