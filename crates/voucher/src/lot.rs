//! A lot: value a company bought with one purchase, valid for five years (VO-1). Its balances are changed by ledger
//! entries alone (VO-2); lots are never merged.

pub mod close;
pub mod expire;
pub mod expiry;
pub mod fund;
pub mod notice;
pub mod table;
pub mod tell;
pub mod views;

use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Day, Money, typed_id};

use crate::ledger::Buckets;

typed_id!(/// A lot.
    pub LotId, "lot");

/// VO-1: years from the approval day, through the same calendar day.
const VALID_MONTHS: i32 = 60;

/// Where a lot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Sends can be paid from it.
    Open,
    /// Refunded (VO-16).
    Closed,
    /// Past its last day (VO-15).
    Expired,
    /// Its ledger does not add up (VO-19).
    Parked,
}

/// A lot as stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lot {
    /// Its id.
    pub id: LotId,
    /// Whose.
    pub company: CompanyId,
    /// The purchase that paid for it, by billing's id.
    pub purchase: String,
    /// What was bought.
    pub face: Money,
    /// Where it is now.
    pub buckets: Buckets,
    /// The approval day.
    pub funded_on: Day,
    /// The last day.
    pub valid_through: Day,
    /// Where it stands.
    pub state: State,
    /// Grows with each entry.
    pub version: i64,
    /// When it was funded.
    pub created_at: Instant,
}

/// No such lot of this company.
pub const LOT_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "LOT_NOT_FOUND",
    "There is no such lot. Check the id; your lots are listed under /v1/lots.",
    "해당 구매 건이 없습니다. 목록(/v1/lots)에서 번호를 확인하세요.",
);
/// VO-3.
pub const LOT_NOT_OPEN: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "LOT_NOT_OPEN",
    "This lot is {state}; choose one that is open.",
    "이 구매 건은 {state} 상태입니다. 사용 가능한 구매 건을 선택하세요.",
);
/// VO-15.
pub const LOT_EXPIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "LOT_EXPIRED",
    "This lot could be used through {day}; choose another one.",
    "이 구매 건의 유효기간은 {day}까지입니다. 다른 구매 건을 선택하세요.",
);

impl State {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Expired => "expired",
            Self::Parked => "parked",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Expired, Self::Parked].into_iter().find(|state| state.name() == name)
    }
}

impl Lot {
    /// Whether sends can be paid from it on this day (VO-3, VO-15, VO-19).
    pub fn usable(&self, today: Day) -> Result<(), Refusal> {
        if self.state != State::Open {
            return Err(LOT_NOT_OPEN.with("state", self.state.name()));
        }
        if today > self.valid_through {
            return Err(LOT_EXPIRED.with("day", self.valid_through));
        }
        Ok(())
    }

    /// Whether its value is to expire now (VO-15): past its last day, and no send under way that it waits for.
    fn has_run_out(&self, today: Day) -> bool {
        self.state == State::Open && today > self.valid_through && !self.buckets.reserved.is_positive()
    }
}

/// VO-1: five years, through the same calendar day; 29 February ends on 28 February.
pub fn valid_through(funded_on: Day) -> Day {
    funded_on.plus_months(VALID_MONTHS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_valid_for_five_years_to_the_day() {
        // VO-1
        for (approved, last) in
            [("2022-11-25", "2027-11-25"), ("2022-11-28", "2027-11-28"), ("2024-02-29", "2029-02-28")]
        {
            assert_eq!(valid_through(Day::parse(approved).unwrap()).to_string(), last);
        }
    }
}
