//! The voucher app has credited a claimed gift to its wallet (VO-17): recorded once; the same reference again answers
//! the same, another one is refused.

use flow::{Caller, Instant, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use words::Money;

use super::{GIFT_NOT_FOUND, GiftId, State, table};

/// The scope the app's token carries.
pub const SCOPE: &str = "voucher.redeem";

/// VO-17.
pub const GIFT_NOT_CLAIMED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "GIFT_NOT_CLAIMED",
    "This gift is not claimed; only a claimed gift can be credited.",
    "수령하지 않은 선물은 적립할 수 없습니다.",
);
/// VO-17.
pub const GIFT_REDEEMED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "GIFT_REDEEMED",
    "This gift, or this reference, was credited before.",
    "이미 적립한 선물이거나 사용한 참조 번호입니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RedeemGift {
    /// The gift.
    pub gift: GiftId,
    /// The wallet's own reference.
    pub reference: String,
}

/// A gift in a wallet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Redeemed {
    /// The gift.
    pub gift: GiftId,
    /// What was credited.
    pub amount: Money,
    /// Under which reference.
    pub reference: String,
    /// When.
    pub at: Instant,
}

impl Verb for RedeemGift {
    const NAME: &'static str = "RedeemGift";
    type Answer = Redeemed;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.client_with(SCOPE)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Redeemed, Stop> {
        let gift = table::find(tx.conn(), self.gift).await?.ok_or(GIFT_NOT_FOUND)?;
        if gift.state != State::Claimed {
            return Err(GIFT_NOT_CLAIMED.into());
        }
        if table::redeem(tx, gift.id, &self.reference).await? {
            return Ok(Redeemed {
                gift: gift.id,
                amount: gift.amount,
                reference: self.reference.clone(),
                at: tx.now(),
            });
        }
        match table::redeemed(tx.conn(), gift.id).await? {
            Some((at, reference)) if reference == self.reference => {
                Ok(Redeemed { gift: gift.id, amount: gift.amount, reference, at })
            }
            _ => Err(GIFT_REDEEMED.into()),
        }
    }
}
