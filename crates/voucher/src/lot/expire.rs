//! The day's expiry (VO-15): lots whose last day has passed, with their unclaimed gifts. A gift is valid as long as its
//! lot; a lot with a send still under way waits for it, but not for an approval that can no longer come (VO-20).

use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::{Lot, State, notice, table};
use crate::{
    gift,
    ledger::{self, Movement},
    send,
};

const LOTS_AT_ONCE: u64 = 20;

/// The command: some lots in one transaction, again until none is left.
#[derive(Debug, Clone, Serialize)]
pub struct ExpireLots;

impl Verb for ExpireLots {
    const NAME: &'static str = "ExpireLots";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        if send::lapse::lapse_one(tx).await? {
            return Ok(Done::More); // one a transaction: send before lot
        }
        let past = table::past(tx, tx.today(), LOTS_AT_ONCE).await?;
        for id in &past {
            let lot = table::lock(tx, *id, None).await?;
            if !lot.has_run_out(tx.today()) {
                continue; // somebody was faster
            }
            expire(tx, &lot).await?;
        }
        Ok(if past.len() as u64 == LOTS_AT_ONCE { Done::More } else { Done::All })
    }
}

/// Expires a held, open lot that is past its last day and has nothing reserved, with its unclaimed gifts.
pub(super) async fn expire(tx: &mut Tx, lot: &Lot) -> Result<(), Stop> {
    let gifts = gift::table::end_all_of_lot(tx, lot.id, gift::State::Expired).await?;
    if gifts.total.is_positive()
        && !ledger::table::post(tx, lot.id, Movement::ExpireGifts, gifts.total, lot.id.uuid()).await?
    {
        return Err(crate::sql::unknown("balance of a locked lot"));
    }
    let available = lot.buckets.available;
    if available.is_positive()
        && !ledger::table::post(tx, lot.id, Movement::ExpireLot, available, lot.id.uuid()).await?
    {
        return Err(crate::sql::unknown("balance of a locked lot"));
    }
    table::set_state(tx, lot.id, State::Expired).await?;
    if available.is_positive() || gifts.total.is_positive() {
        notice::expired(tx, lot, gifts.count);
    }
    tracing::info!(lot = %lot.id, company = %lot.company, gifts = gifts.count, "a lot expired");
    Ok(())
}
