//! What is settled with the voucher app a day (VO-17): claimed as the ledger says, credited as the app said.

pub mod table;
pub mod views;

use words::{CompanyId, Money};

use crate::{gift::table::Figure, lot::LotId};

/// One lot, or all, on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// On this day, by the ledger.
    pub claimed: Figure,
    /// On this day, by the gifts themselves.
    pub gifts_claimed: Figure,
    /// Credited on this day.
    pub redeemed: Figure,
    /// Through this day, by the ledger.
    pub claimed_through: Money,
    /// Through this day, by the gifts themselves.
    pub gifts_claimed_through: Money,
    /// Through this day.
    pub redeemed_through: Money,
}

/// A lot's figures.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    /// The lot.
    pub lot: LotId,
    /// Its company.
    pub company: CompanyId,
    /// On the day.
    pub figures: Figures,
}

impl Figures {
    /// The gifts say what the ledger says, and no more was credited than claimed.
    pub fn holds(&self) -> bool {
        self.claimed == self.gifts_claimed
            && self.claimed_through == self.gifts_claimed_through
            && self.redeemed_through <= self.claimed_through
    }

    /// Whether something happened on the day.
    pub fn moved(&self) -> bool {
        self.claimed.count > 0 || self.redeemed.count > 0
    }

    /// Claimed but not credited by the end of the day.
    pub fn outstanding(&self) -> Option<Money> {
        self.claimed_through.checked_sub(self.redeemed_through)
    }

    /// All together; `None` if it cannot be added up.
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let add = |a: Figure, b: Figure| {
            Some(Figure { count: a.count.checked_add(b.count)?, amount: a.amount.checked_add(b.amount)? })
        };
        all.into_iter().try_fold(Self::default(), |sum, of| {
            Some(Self {
                claimed: add(sum.claimed, of.claimed)?,
                gifts_claimed: add(sum.gifts_claimed, of.gifts_claimed)?,
                redeemed: add(sum.redeemed, of.redeemed)?,
                claimed_through: sum.claimed_through.checked_add(of.claimed_through)?,
                gifts_claimed_through: sum.gifts_claimed_through.checked_add(of.gifts_claimed_through)?,
                redeemed_through: sum.redeemed_through.checked_add(of.redeemed_through)?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_holds_when_gifts_and_ledger_agree_and_nothing_was_credited_unclaimed() {
        // VO-17
        let won = Money::from_won;
        let day = Figure { count: 1, amount: won(10_000) };
        let figures = Figures {
            claimed: day,
            gifts_claimed: day,
            claimed_through: won(30_000),
            gifts_claimed_through: won(30_000),
            redeemed_through: won(20_000),
            ..Figures::default()
        };
        assert!(figures.holds() && figures.moved());
        assert_eq!(figures.outstanding(), Some(won(10_000)));
        assert!(!Figures { gifts_claimed: Figure::default(), ..figures }.holds());
        assert!(!Figures { redeemed_through: won(30_001), ..figures }.holds());
        assert_eq!(Figures::sum([figures, figures]).unwrap().claimed_through, won(60_000));
    }
}
