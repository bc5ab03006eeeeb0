//! An approval that can no longer come (VO-20): the send's minute or its lot's last day has passed while it waited. It is
//! called off, so that nothing stays reserved for it.

use flow::{Stop, Tx};

use super::{State, cancel::release, table, tell};
use crate::lot;

/// Calls one such send off; `false` if there is none.
pub async fn lapse_one(tx: &mut Tx) -> Result<bool, Stop> {
    let Some(mut send) = table::lock_lapsed(tx).await? else { return Ok(false) };
    if !release(tx, &send).await? {
        // VO-19: this lot is parked, everything else goes on.
        tracing::error!(lot = %send.lot, send = %send.id, "a confirmed send has no reservation: its lot is parked");
        lot::table::set_state(tx, send.lot, lot::State::Parked).await?;
        return Ok(true);
    }
    send.state = State::Cancelled;
    send.ended_at = Some(tx.now());
    table::save(tx, &mut send).await?;
    tell::lapsed(tx, &send);
    tracing::info!(send = %send.id, "a send lapsed unapproved");
    Ok(true)
}
