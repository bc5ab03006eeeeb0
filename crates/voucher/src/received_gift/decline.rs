//! Declines a gift by its recipient's proven phone (VO-10): its value goes back to the lot it came from.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::Secret;

use super::find;
use crate::{
    gift::{GiftId, Received, State, claim},
    ledger::Movement,
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct DeclineReceivedGift {
    /// Which.
    pub gift: GiftId,
    /// From `ConfirmPhoneProof`.
    pub token: Secret<String>,
}

impl Verb for DeclineReceivedGift {
    const NAME: &'static str = "DeclineReceivedGift";
    type Answer = Received;

    /// Whoever proved the phone.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Received, Stop> {
        let mut received = find(tx, self.gift, &self.token).await?;
        claim::end(tx, &mut received.gift, State::Declined, Movement::Decline).await?;
        Ok(received)
    }
}
