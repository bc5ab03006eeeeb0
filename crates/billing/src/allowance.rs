//! What a company has taken of its monthly limits (BI-20): a purchase counts in the month of its application, pending ones
//! included; cancelled, expired and refunded ones give back. Two at once cannot pass a limit together: the month's row is
//! locked, and its UPDATE says the limits again.

pub mod table;

use flow::{Refusal, code};
use serde::{Deserialize, Serialize};
use words::{Day, Money};

use crate::policy::Policy;

/// BI-20.
pub const PURCHASE_LIMIT_EXCEEDED: Refusal = Refusal::new(
    code::RESOURCE_EXHAUSTED,
    "PURCHASE_LIMIT_EXCEEDED",
    "This month {left} won can still be bought. Lower the amount, or ask for a higher limit.",
    "이번 달에 남은 구매 한도는 {left}원입니다. 금액을 낮추거나 한도 조정을 요청하세요.",
);

/// A month of the calendar in Seoul: `202611`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(i32);

/// What was taken in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// At face value.
    pub face: Money,
    /// Of it, at a discount.
    pub discounted: Money,
}

impl Month {
    /// The month of a day.
    pub fn of(day: Day) -> Self {
        let (year, month, _) = day.ymd();
        Self(year * 100 + month.cast_signed())
    }
}

impl Taken {
    /// What can still be bought, and what of it at a discount.
    pub fn left(self, policy: &Policy) -> (Money, Money) {
        let rest = |limit: Money, taken| limit.checked_sub(taken).unwrap_or_default().max(Money::ZERO);
        let face = rest(policy.purchase_limit, self.face);
        (face, rest(policy.discounted_limit, self.discounted).min(face))
    }

    /// The part of `face` sold at a discount: what is left of that limit; above the purchase limit it is refused.
    pub fn split(self, policy: &Policy, face: Money) -> Result<Money, Refusal> {
        let (left, discounted) = self.left(policy);
        if face > left {
            return Err(PURCHASE_LIMIT_EXCEEDED.with("left", left));
        }
        Ok(discounted.min(face))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(purchase: i64, discounted: i64) -> Policy {
        Policy {
            purchase_limit: Money::from_won(purchase),
            discounted_limit: Money::from_won(discounted),
            rate_basis_points: 500,
        }
    }

    // BI-20
    #[test]
    fn what_is_above_the_discounted_limit_is_sold_at_face_value() {
        let p = policy(50_000_000, 10_000_000);
        let taken = |face, discounted| Taken { face: Money::from_won(face), discounted: Money::from_won(discounted) };
        let split = |t: Taken, face| t.split(&p, Money::from_won(face)).map(Money::won);
        assert_eq!(split(taken(0, 0), 20_000_000).unwrap(), 10_000_000);
        assert_eq!(split(taken(8_000_000, 8_000_000), 5_000_000).unwrap(), 2_000_000);
        assert_eq!(split(taken(20_000_000, 10_000_000), 30_000_000).unwrap(), 0);
        let no = split(taken(20_000_000, 10_000_000), 30_010_000).unwrap_err();
        assert_eq!((no.reason(), no.detail("left")), ("PURCHASE_LIMIT_EXCEEDED", Some("30,000,000")));
    }

    proptest! {
        #[test]
        fn no_sequence_passes_a_limit(limit in 0i64..1_000, discounted in 0i64..1_000, wishes in prop::collection::vec(1i64..300, 0..20)) {
            let p = policy(limit, discounted);
            let mut taken = Taken::default();
            for wish in wishes.into_iter().map(Money::from_won) {
                if let Ok(part) = taken.split(&p, wish) {
                    taken.face = taken.face.checked_add(wish).unwrap();
                    taken.discounted = taken.discounted.checked_add(part).unwrap();
                }
                prop_assert!(taken.face.won() <= limit && taken.discounted.won() <= discounted);
            }
        }
    }
}
