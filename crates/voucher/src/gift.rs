//! A gift: `unclaimed → claimed | recalled | declined | expired` (VO-10). Every transition is a guarded UPDATE of an
//! unclaimed row under its lot's lock, so at the same moment exactly one wins.

pub mod claim;
pub mod decline;
pub mod look_up;
pub mod recall;
pub mod redeem;
pub mod remind;
pub mod table;
pub mod views;

use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Day, Money, typed_id};

use crate::{
    lot::{Lot, LotId},
    message::Message,
    recipient::{Recipient, RecipientId},
    send::{Send, SendId},
};

typed_id!(/// A gift.
    pub GiftId, "gft");

/// VO-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 미수령.
    Unclaimed,
    /// 수령.
    Claimed,
    /// 회수.
    Recalled,
    /// 고객거절.
    Declined,
    /// Past its last day.
    Expired,
}

/// How far a gift's message got; it never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Asked for.
    Requested = 1,
    /// With the carrier.
    HandedOver = 2,
    /// Arrived.
    Delivered = 3,
    /// Will not arrive.
    Failed = 4,
}

impl State {
    const ALL: [Self; 5] = [Self::Unclaimed, Self::Claimed, Self::Recalled, Self::Declined, Self::Expired];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unclaimed => "unclaimed",
            Self::Claimed => "claimed",
            Self::Recalled => "recalled",
            Self::Declined => "declined",
            Self::Expired => "expired",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl MessageState {
    /// By its number.
    pub fn numbered(number: i16) -> Option<Self> {
        [Self::Requested, Self::HandedOver, Self::Delivered, Self::Failed].into_iter().find(|s| *s as i16 == number)
    }
}

/// A gift as stored; its code only as a digest beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gift {
    /// Its id.
    pub id: GiftId,
    /// Whose.
    pub company: CompanyId,
    /// The lot it came from and goes back to.
    pub lot: LotId,
    /// Its send.
    pub send: SendId,
    /// For whom.
    pub recipient: RecipientId,
    /// The recipient's number.
    pub number: i64,
    /// Its amount.
    pub amount: Money,
    /// Where it stands.
    pub state: State,
    /// The last day it can be claimed.
    pub valid_through: Day,
    /// When it was issued.
    pub issued_at: Instant,
    /// When it left `unclaimed`.
    pub ended_at: Option<Instant>,
}

/// A gift as its recipient sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Received {
    /// The gift.
    pub gift: Gift,
    /// What it came with.
    pub message: Message,
}

/// VO-10, VO-11: the same answer for a code that never was and for a recalled gift.
pub const GIFT_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "GIFT_NOT_FOUND",
    "There is no gift with this code. Check it, or ask the sender.",
    "해당 코드의 선물이 없습니다. 코드를 확인하거나 보낸 곳에 문의하세요.",
);
/// VO-10.
pub const GIFT_ALREADY_CLAIMED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "GIFT_ALREADY_CLAIMED",
    "This gift was claimed already.",
    "이미 수령한 선물입니다.",
);
/// VO-10.
pub const GIFT_DECLINED: Refusal =
    Refusal::new(code::FAILED_PRECONDITION, "GIFT_DECLINED", "This gift was declined.", "거절한 선물입니다.");
/// VO-15.
pub const GIFT_EXPIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "GIFT_EXPIRED",
    "This gift could be claimed through {day}.",
    "이 선물의 수령 기한은 {day}까지였습니다.",
);

impl Gift {
    /// VO-8: a recipient's gift; its id follows from the recipient, so that the same recipient has the same gift.
    pub fn issue(send: &Send, lot: &Lot, recipient: &Recipient, now: Instant) -> Self {
        Self {
            id: uuid::Uuid::new_v5(&recipient.id.uuid(), b"gift").into(),
            company: send.company,
            lot: lot.id,
            send: send.id,
            recipient: recipient.id,
            number: recipient.number,
            amount: recipient.amount,
            state: State::Unclaimed,
            valid_through: lot.valid_through,
            issued_at: now,
            ended_at: None,
        }
    }

    /// VO-10, VO-15: what claiming and declining ask of a gift.
    pub fn is_claimable(&self, today: Day) -> Result<(), Refusal> {
        match self.state {
            State::Unclaimed if today > self.valid_through => Err(GIFT_EXPIRED.with("day", self.valid_through)),
            State::Unclaimed => Ok(()),
            State::Claimed => Err(GIFT_ALREADY_CLAIMED),
            State::Declined => Err(GIFT_DECLINED),
            State::Recalled => Err(GIFT_NOT_FOUND),
            State::Expired => Err(GIFT_EXPIRED.with("day", self.valid_through)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gift_is_claimable_through_its_last_day_while_unclaimed() {
        // VO-10, VO-15
        let day = |text| Day::parse(text).unwrap();
        let gift = |state| Gift {
            id: uuid::Uuid::nil().into(),
            company: uuid::Uuid::nil().into(),
            lot: uuid::Uuid::nil().into(),
            send: uuid::Uuid::nil().into(),
            recipient: uuid::Uuid::nil().into(),
            number: 1,
            amount: Money::from_won(1_000),
            state,
            valid_through: day("2027-11-28"),
            issued_at: day("2026-11-23").start(),
            ended_at: None,
        };
        let reason = |state, today| gift(state).is_claimable(day(today)).err().map(|no| no.reason());
        assert_eq!(reason(State::Unclaimed, "2027-11-28"), None);
        assert_eq!(reason(State::Unclaimed, "2027-11-29"), Some("GIFT_EXPIRED"));
        assert_eq!(reason(State::Claimed, "2026-12-01"), Some("GIFT_ALREADY_CLAIMED"));
        assert_eq!(reason(State::Declined, "2026-12-01"), Some("GIFT_DECLINED"));
        assert_eq!(reason(State::Recalled, "2026-12-01"), Some("GIFT_NOT_FOUND"), "a recalled gift is invisible");
    }
}
