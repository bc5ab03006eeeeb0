//! Holds as they are shown.

use contract::membership::v1 as pb;
use flow::{Instant, Read, Stop};

use super::{HOLD_NOT_FOUND, Hold, State, table};
use crate::membership::{SITE_NOT_FOUND, views::visible};

/// `GetHold`.
pub async fn get(read: Read, m: pb::GetHoldRequest) -> Result<pb::Hold, Stop> {
    let id = m.hold_id.parse().map_err(|_| HOLD_NOT_FOUND)?;
    let hold = table::find(read.conn(), id).await?;
    visible(&read, &hold.site.to_string()).await.map_err(as_hold)?;
    Ok(render(hold, read.now()))
}

/// A hold at another company's site is no hold.
pub fn as_hold(stop: Stop) -> Stop {
    match stop.refusal() {
        Some(no) if no.reason() == SITE_NOT_FOUND.reason() => HOLD_NOT_FOUND.into(),
        _ => stop,
    }
}

/// As the wire has it.
pub fn render(hold: Hold, now: Instant) -> pb::Hold {
    pb::Hold {
        hold_id: hold.id.to_string(),
        site_id: hold.site.to_string(),
        feature: hold.feature().to_owned(),
        amount: hold.amount,
        state: match hold.state_at(now) {
            State::Held => pb::HoldState::Held,
            State::Confirmed => pb::HoldState::Confirmed,
            State::Released => pb::HoldState::Released,
            State::Lapsed => pb::HoldState::Lapsed,
        }
        .into(),
        lapses_at: contract::timestamp(hold.lapses_at),
    }
}
