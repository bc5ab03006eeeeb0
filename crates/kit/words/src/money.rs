//! Won: whole, in 64 bits, never a float. Each computed line is rounded down to the won; totals are sums of rounded lines.
//! There is no `+` or `-`: an amount that does not fit is an answer (`None`), not a panic and not a wrong sum.

use std::fmt;

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

/// An amount of South Korean won.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// ₩0.
    pub const ZERO: Self = Self(0);

    /// So many won.
    pub const fn from_won(won: i64) -> Self {
        Self(won)
    }

    /// How many won.
    pub const fn won(self) -> i64 {
        self.0
    }

    /// Below zero?
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Exactly ₩0?
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// More than ₩0?
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The opposite.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// This price for so many.
    pub fn times(self, quantity: i64) -> Option<Self> {
        self.0.checked_mul(quantity).map(Self)
    }

    /// `self × num / den`, rounded down; nothing when `den` is not positive.
    pub fn portion(self, num: i64, den: i64) -> Option<Self> {
        if den <= 0 {
            return None;
        }
        let exact = i128::from(self.0).checked_mul(i128::from(num))?;
        i64::try_from(exact.div_euclid(i128::from(den))).ok().map(Self)
    }

    /// This share of it (`0.05` is 5 %), rounded down.
    pub fn percent_down(self, rate: Decimal) -> Option<Self> {
        Decimal::from(self.0).checked_mul(rate)?.floor().to_i64().map(Self)
    }

    /// The sum of rounded lines.
    pub fn total(lines: impl IntoIterator<Item = Self>) -> Option<Self> {
        lines.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
        if self.is_negative() {
            text.push('-');
        }
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "₩{self}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_rounded_down() {
        assert_eq!(Money::from_won(99).portion(1, 10), Some(Money::from_won(9)));
        assert_eq!(Money::from_won(1).percent_down(Decimal::new(5, 2)), Some(Money::ZERO));
        assert_eq!(Money::from_won(583_019).percent_down(Decimal::new(5, 2)), Some(Money::from_won(29_150)));
        assert_eq!(Money::from_won(-1).portion(1, 2), Some(Money::from_won(-1)), "down is down below zero as well");
    }

    #[test]
    fn what_does_not_fit_is_nothing() {
        let most = Money::from_won(i64::MAX);
        assert_eq!(most.checked_add(Money::from_won(1)), None);
        assert_eq!(most.times(2), None);
        assert_eq!(most.portion(2, 1), None);
        assert_eq!(most.portion(1, 0), None);
        assert_eq!(most.portion(3, 3), Some(most), "the product is computed wider than the answer");
        assert_eq!(Money::total([most, most]), None);
    }

    #[test]
    fn it_is_shown_with_thousands() {
        assert_eq!(Money::from_won(583_000).to_string(), "583,000");
        assert_eq!(Money::from_won(-1_234_567).to_string(), "-1,234,567");
        assert_eq!(Money::from_won(100).to_string(), "100");
        assert_eq!(Money::ZERO.to_string(), "0");
        assert_eq!(Money::from_won(i64::MIN).to_string(), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn zero_is_neither_more_nor_less_than_nothing() {
        let signs = |won| {
            let money = Money::from_won(won);
            (money.is_negative(), money.is_zero(), money.is_positive())
        };
        assert_eq!([signs(-1), signs(0), signs(1)], [(true, false, false), (false, true, false), (false, false, true)]);
    }

    #[test]
    fn sums_differences_and_multiples_are_exact() {
        let (five, two) = (Money::from_won(5), Money::from_won(2));
        assert_eq!(five.checked_add(two).map(Money::won), Some(7));
        assert_eq!(five.checked_sub(two).map(Money::won), Some(3));
        assert_eq!(five.checked_neg().map(Money::won), Some(-5));
        assert_eq!(five.times(3).map(Money::won), Some(15));
        assert_eq!(Money::from_won(i64::MIN).checked_neg(), None);
        assert_eq!(five.portion(2, -1), None);
        assert_eq!(format!("{:?}|{:>8}|{:<8}|", five, five, five), "₩5|       5|5       |");
    }

    proptest! {
        #[test]
        fn parts_never_sum_to_more_than_the_whole(won in 0i64..=1_000_000_000_000, a in 0i64..=31, b in 0i64..=31) {
            let whole = Money::from_won(won);
            let parts = [whole.portion(a, a + b + 1), whole.portion(b + 1, a + b + 1)];
            let sum = Money::total(parts.into_iter().flatten()).unwrap();
            prop_assert!(sum <= whole && whole.won() - sum.won() <= 1);
        }

        #[test]
        fn a_percentage_is_the_same_portion(won in 0i64..=1_000_000_000_000, hundredths in 0i64..=10_000) {
            let whole = Money::from_won(won);
            prop_assert_eq!(whole.percent_down(Decimal::new(hundredths, 4)), whole.portion(hundredths, 10_000));
        }
    }
}
