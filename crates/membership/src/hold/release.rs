//! Releases a hold (ME-19): what it kept is anybody's again. One that lapsed or was released before needs nothing more.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{Hold, HoldId, State, table};
use crate::{membership, user::product_or_manager};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseHold {
    /// Which.
    pub hold: HoldId,
}

impl Verb for ReleaseHold {
    const NAME: &'static str = "ReleaseHold";
    type Answer = Hold;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        product_or_manager(caller)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Hold, Stop> {
        let site = table::site_of(tx.conn(), self.hold).await?;
        let mut membership = membership::table::lock(tx, site).await.map_err(super::views::as_hold)?;
        let mut hold = table::find(tx.conn(), self.hold).await?;
        match hold.state_at(tx.now()) {
            over @ (State::Released | State::Lapsed) => hold.state = over,
            State::Held | State::Confirmed => {
                hold.settle(State::Released, tx.now())?;
                table::settle(tx, &hold).await?;
                membership::table::touch(tx, &mut membership).await?;
            }
        }
        Ok(hold)
    }
}
