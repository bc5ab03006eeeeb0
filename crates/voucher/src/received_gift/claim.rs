//! Claims a gift by its recipient's proven phone (VO-10), once, as by its code.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::Secret;

use super::find;
use crate::gift::{GiftId, Received, claim::claim};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ClaimReceivedGift {
    /// Which.
    pub gift: GiftId,
    /// From `ConfirmPhoneProof`.
    pub token: Secret<String>,
}

impl Verb for ClaimReceivedGift {
    const NAME: &'static str = "ClaimReceivedGift";
    type Answer = Received;

    /// Whoever proved the phone.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Received, Stop> {
        let mut received = find(tx, self.gift, &self.token).await?;
        claim(tx, &mut received.gift).await?;
        Ok(received)
    }
}
