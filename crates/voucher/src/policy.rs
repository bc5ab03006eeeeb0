//! A company's rule for its sends (VO-20): above which total a second admin approves. Without one, none does.

pub mod set;
pub mod table;
pub mod views;

use serde::{Deserialize, Serialize};
use words::Money;

/// The rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// A send of more than this waits; `None`: none does.
    pub approval_above: Option<Money>,
}

impl Policy {
    /// VO-20: above the limit, not at it.
    pub fn asks_approval(self, total: Money) -> bool {
        self.approval_above.is_some_and(|limit| total > limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_above_the_limit_waits_one_at_it_does_not() {
        // VO-20
        let policy = Policy { approval_above: Some(Money::from_won(10_000)) };
        assert!(policy.asks_approval(Money::from_won(10_001)));
        assert!(!policy.asks_approval(Money::from_won(10_000)));
        assert!(!Policy::default().asks_approval(Money::from_won(i64::MAX)));
    }
}
