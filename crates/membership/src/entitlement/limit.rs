//! The kinds of limit. Each must say what happens when it shrinks below what is used (ME-21): [`Limit::when_it_shrinks`]
//! matches all kinds, so a new one without such a rule does not compile.

use flow::{Refusal, code};
use serde::Deserialize;

/// ME-21: it would shrink below what is used, and this kind does not allow that.
pub const LIMIT_IN_USE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "LIMIT_IN_USE",
    "{used} are in use, so the limit cannot be reduced to {limit}. Remove some first.",
    "{used}개가 사용 중이므로 한도를 {limit}(으)로 줄일 수 없습니다. 먼저 사용을 줄이세요.",
);

/// What is limited, and how it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Users in seats.
    Seats,
    /// Stored data, MB.
    Storage,
    /// Things that stay until they are removed (cards).
    Standing,
    /// Acts, counted anew each month (tax invoices).
    Monthly,
}

/// What a limit does when it shrinks below what is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenItShrinks {
    /// It does not: use must shrink first.
    Refuse,
    /// What is used stays; nothing new until it fits.
    Keep,
    /// What is stored can be read and removed, not added to.
    ReadOnly,
}

impl Limit {
    /// The rule of each kind.
    pub const fn when_it_shrinks(self) -> WhenItShrinks {
        match self {
            // Nobody who works today is thrown out tomorrow by a contract.
            Self::Seats => WhenItShrinks::Keep,
            Self::Storage => WhenItShrinks::ReadOnly,
            // Which card is to go only its owner can say.
            Self::Standing => WhenItShrinks::Refuse,
            // What was done this month was done.
            Self::Monthly => WhenItShrinks::Keep,
        }
    }
}

/// Whether a limit may become `to` while `used` are used, by its rule.
pub fn shrink(limit: Limit, used: i64, to: i64) -> Result<(), Refusal> {
    match limit.when_it_shrinks() {
        WhenItShrinks::Refuse if used > to => Err(LIMIT_IN_USE.with("used", used).with("limit", to)),
        WhenItShrinks::Refuse | WhenItShrinks::Keep | WhenItShrinks::ReadOnly => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ME-21
    #[test]
    fn each_limit_shrinks_by_its_rule() {
        assert_eq!(shrink(Limit::Standing, 3, 2).unwrap_err().reason(), "LIMIT_IN_USE");
        assert!(shrink(Limit::Standing, 2, 2).is_ok());
        for stays in [Limit::Seats, Limit::Storage, Limit::Monthly] {
            assert!(shrink(stays, 12, 10).is_ok());
        }
    }
}
