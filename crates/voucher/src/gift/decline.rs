//! Declines a gift by its code (VO-10): its value goes back to the lot it came from.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{
    Received, State, claim,
    look_up::{self, Typed},
};
use crate::ledger::Movement;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct DeclineGift {
    /// The code.
    pub code: Typed,
}

impl Verb for DeclineGift {
    const NAME: &'static str = "DeclineGift";
    type Answer = Received;

    /// Whoever holds the code.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Received, Stop> {
        let mut received = look_up::find(tx, &self.code, tx.caller().address).await?;
        claim::end(tx, &mut received.gift, State::Declined, Movement::Decline).await?;
        Ok(received)
    }
}
