//! The ledger (VO-2): every movement of value is one balanced entry, out of one account of a lot into another. For every
//! lot, always: face value = available + reserved + outstanding + claimed + expired + refunded, and none is negative.
//! This file is the pure part: which movements exist, and what a chain of them adds up to.

pub mod table;
pub mod verify;

use serde::{Deserialize, Serialize};
use words::Money;

/// The accounts value moves between. `Purchase` is outside the lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Account {
    /// What funds the lot.
    Purchase,
    /// Can be sent.
    Available,
    /// Set aside for confirmed sends.
    Reserved,
    /// In unclaimed gifts.
    Outstanding,
    /// In claimed gifts.
    Claimed,
    /// Expired.
    Expired,
    /// Refunded.
    Refunded,
}

/// Every movement there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Movement {
    /// The purchase was approved (VO-1).
    Fund,
    /// A send was confirmed (VO-7).
    Reserve,
    /// Recipients were taken out, or the send cancelled (VO-9).
    Release,
    /// Gifts were issued (VO-8).
    Issue,
    /// A gift was claimed (VO-10).
    Claim,
    /// A gift was declined (VO-10).
    Decline,
    /// Gifts were recalled (VO-12).
    Recall,
    /// A lot's balance expired (VO-15).
    ExpireLot,
    /// Unclaimed gifts expired (VO-15).
    ExpireGifts,
    /// The lot was closed for a refund (VO-16).
    Close,
}

impl Account {
    /// The lot's own, in the order of the identity.
    pub const BUCKETS: [Self; 6] =
        [Self::Available, Self::Reserved, Self::Outstanding, Self::Claimed, Self::Expired, Self::Refunded];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Available => "available",
            Self::Reserved => "reserved",
            Self::Outstanding => "outstanding",
            Self::Claimed => "claimed",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Purchase].into_iter().chain(Self::BUCKETS).find(|account| account.name() == name)
    }
}

impl Movement {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Fund,
        Self::Reserve,
        Self::Release,
        Self::Issue,
        Self::Claim,
        Self::Decline,
        Self::Recall,
        Self::ExpireLot,
        Self::ExpireGifts,
        Self::Close,
    ];

    /// Out of which account into which.
    pub const fn accounts(self) -> (Account, Account) {
        match self {
            Self::Fund => (Account::Purchase, Account::Available),
            Self::Reserve => (Account::Available, Account::Reserved),
            Self::Release => (Account::Reserved, Account::Available),
            Self::Issue => (Account::Reserved, Account::Outstanding),
            Self::Claim => (Account::Outstanding, Account::Claimed),
            Self::Decline | Self::Recall => (Account::Outstanding, Account::Available),
            Self::ExpireLot => (Account::Available, Account::Expired),
            Self::ExpireGifts => (Account::Outstanding, Account::Expired),
            Self::Close => (Account::Available, Account::Refunded),
        }
    }

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fund => "fund",
            Self::Reserve => "reserve",
            Self::Release => "release",
            Self::Issue => "issue",
            Self::Claim => "claim",
            Self::Decline => "decline",
            Self::Recall => "recall",
            Self::ExpireLot => "expire_lot",
            Self::ExpireGifts => "expire_gifts",
            Self::Close => "close",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|movement| movement.name() == name)
    }
}

/// The six buckets of a lot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buckets {
    /// Can be sent.
    pub available: Money,
    /// Set aside.
    pub reserved: Money,
    /// In unclaimed gifts.
    pub outstanding: Money,
    /// In claimed gifts.
    pub claimed: Money,
    /// Expired.
    pub expired: Money,
    /// Refunded.
    pub refunded: Money,
}

impl Buckets {
    /// One of them.
    pub fn of(&self, account: Account) -> Money {
        match account {
            Account::Purchase => Money::ZERO,
            Account::Available => self.available,
            Account::Reserved => self.reserved,
            Account::Outstanding => self.outstanding,
            Account::Claimed => self.claimed,
            Account::Expired => self.expired,
            Account::Refunded => self.refunded,
        }
    }

    fn at(&mut self, account: Account) -> Option<&mut Money> {
        Some(match account {
            Account::Purchase => return None,
            Account::Available => &mut self.available,
            Account::Reserved => &mut self.reserved,
            Account::Outstanding => &mut self.outstanding,
            Account::Claimed => &mut self.claimed,
            Account::Expired => &mut self.expired,
            Account::Refunded => &mut self.refunded,
        })
    }

    /// Their sum; `None` beyond what money can be.
    pub fn total(&self) -> Option<Money> {
        Money::total(Account::BUCKETS.map(|account| self.of(account)))
    }

    /// The same after a movement; `None` if an account would go below zero or beyond what money can be.
    #[must_use]
    pub fn after(mut self, movement: Movement, amount: Money) -> Option<Self> {
        let (from, to) = movement.accounts();
        if amount.is_negative() {
            return None;
        }
        if let Some(bucket) = self.at(from) {
            *bucket = bucket.checked_sub(amount).filter(|left| !left.is_negative())?;
        }
        if let Some(bucket) = self.at(to) {
            *bucket = bucket.checked_add(amount)?;
        }
        Some(self)
    }

    /// What does not hold of VO-2 for a lot of this face value whose stored balances are `stored`; empty if all does.
    pub fn breaches(&self, face: Money, stored: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.total() != Some(face) {
            let total = self.total().map_or_else(|| "no amount".into(), |total| total.won().to_string());
            found.push(format!("the entries sum to {total}, the face value is {}", face.won()));
        }
        for account in Account::BUCKETS {
            let (recomputed, stored) = (self.of(account), stored.of(account));
            if recomputed.is_negative() {
                found.push(format!("{} is {} by the entries", account.name(), recomputed.won()));
            }
            if recomputed != stored {
                found.push(format!(
                    "{} is stored as {}, its entries sum to {}",
                    account.name(),
                    stored.won(),
                    recomputed.won()
                ));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn funded(won: i64) -> Buckets {
        Buckets::default().after(Movement::Fund, Money::from_won(won)).unwrap()
    }

    #[test]
    fn a_movement_never_takes_more_than_is_there() {
        // VO-2
        let lot = funded(1_000);
        assert!(lot.after(Movement::Reserve, Money::from_won(1_001)).is_none());
        assert!(lot.after(Movement::Claim, Money::from_won(1)).is_none());
        assert!(lot.after(Movement::Reserve, Money::from_won(-1)).is_none());
        assert_eq!(lot.after(Movement::Reserve, Money::from_won(400)).unwrap().available.won(), 600);
    }

    #[test]
    fn every_name_is_read_back() {
        assert!(Movement::ALL.into_iter().all(|m| Movement::named(m.name()) == Some(m)));
        assert!(Account::BUCKETS.into_iter().all(|a| Account::named(a.name()) == Some(a)));
    }

    #[test]
    fn a_breach_is_said_in_words() {
        // VO-19
        let (entries, mut stored) = (funded(1_000), funded(1_000));
        assert!(entries.breaches(Money::from_won(1_000), &stored).is_empty());
        stored.available = Money::from_won(900);
        stored.claimed = Money::from_won(100);
        assert_eq!(entries.breaches(Money::from_won(1_000), &stored).len(), 2);
    }

    proptest! {
        #[test]
        fn whatever_moves_the_identity_holds(moves in prop::collection::vec((0..10_usize, 0..2_000_i64), 0..60)) {
            // VO-2
            let mut lot = funded(10_000);
            for (which, won) in moves {
                let movement = Movement::ALL[which];
                if movement == Movement::Fund { continue; }
                lot = lot.after(movement, Money::from_won(won)).unwrap_or(lot);
                prop_assert_eq!(lot.total(), Some(Money::from_won(10_000)));
                prop_assert!(Account::BUCKETS.into_iter().all(|a| !lot.of(a).is_negative()));
            }
        }
    }
}
