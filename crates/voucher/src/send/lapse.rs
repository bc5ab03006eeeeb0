//! An approval that can no longer come (VO-20): the send's minute or its lot's last day has passed while it waited. It is
//! called off, so that nothing stays reserved for it.

use flow::{Stop, Tx};

use super::{State, cancel::give_back, table};

/// Calls one such send off; `false` if there is none.
pub async fn lapse_one(tx: &Tx) -> Result<bool, Stop> {
    let Some(mut send) = table::lock_lapsed(tx).await? else { return Ok(false) };
    send.state = State::Cancelled;
    send.ended_at = Some(tx.now());
    give_back(tx, &send).await?;
    table::save(tx, &mut send).await?;
    tracing::info!(send = %send.id, "a send lapsed unapproved");
    Ok(true)
}
