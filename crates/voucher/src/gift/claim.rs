//! Claims a gift by its code, once (VO-10). A claim and a recall at the same moment have exactly one winner: whoever
//! finds the row still unclaimed. The value moves in the same transaction, and the voucher app is told (VO-17).

use contract::{money, voucher::v1 as pb};
use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{
    Gift, GiftId, Received, State,
    look_up::{self, Typed},
    table,
};
use crate::{
    ledger::{self, Movement},
    lot,
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ClaimGift {
    /// The code.
    pub code: Typed,
}

impl Verb for ClaimGift {
    const NAME: &'static str = "ClaimGift";
    type Answer = Received;

    /// Whoever holds the code.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Received, Stop> {
        let mut received = look_up::find(tx, &self.code, tx.caller().address).await?;
        claim(tx, &mut received.gift).await?;
        Ok(received)
    }
}

/// VO-10, VO-17: the recipient takes it, and the voucher app is told.
pub async fn claim(tx: &mut Tx, gift: &mut Gift) -> Result<(), Stop> {
    end(tx, gift, State::Claimed, Movement::Claim).await?;
    let claimed = pb::GiftClaimed {
        gift_id: gift.id.to_string(),
        lot_id: gift.lot.to_string(),
        company_id: gift.company.to_string(),
        amount: money(gift.amount),
    };
    tx.announce(gift.id, 1, claimed);
    Ok(())
}

/// Ends one gift and moves its value, under its lot's lock; the one who finds it no longer unclaimed is told why.
pub async fn end(tx: &Tx, gift: &mut Gift, state: State, movement: Movement) -> Result<(), Stop> {
    if !flow::sabotage::breaks("read-then-write-claim") {
        lot::table::lock(tx, gift.lot, None).await?;
    }
    *gift = now(tx, gift.id).await?;
    gift.is_claimable(tx.today())?;
    if !table::end(tx, gift, state).await? {
        return Err(now(tx, gift.id).await?.is_claimable(tx.today()).err().unwrap_or(super::GIFT_NOT_FOUND).into());
    }
    if !ledger::table::post(tx, gift.lot, movement, gift.amount, gift.id.uuid()).await? {
        return Err(crate::sql::unknown("value of an unclaimed gift"));
    }
    Ok(())
}

async fn now(tx: &Tx, id: GiftId) -> Result<Gift, Stop> {
    Ok(table::find(tx.conn(), id).await?.ok_or(super::GIFT_NOT_FOUND)?)
}
