//! Holds (ME-19): seats and quotas kept for a limited time, then confirmed or released. Whether one stands is asked of
//! the clock, so one that lapses gives back by itself; while it stands it counts as used for everyone else.

pub mod confirm;
pub mod place;
pub mod release;
pub mod table;
pub mod views;

use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::{SiteId, typed_id};

use crate::entitlement::FeatureKey;

typed_id!(
    /// A hold.
    pub HoldId, "hld"
);

/// No such hold for this caller.
pub const HOLD_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "HOLD_NOT_FOUND", "There is no such hold.", "해당 예약을 찾을 수 없습니다.");
/// It stands no more.
pub const HOLD_OVER: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "HOLD_OVER",
    "This hold is {state}. Place a new one.",
    "이 예약은 {state} 상태입니다. 다시 예약해 주세요.",
);

/// ME-19.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Counts as used.
    Held,
    /// Became use.
    Confirmed,
    /// Was given back.
    Released,
    /// Gave itself back.
    Lapsed,
}

impl State {
    /// As stored and said.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Released => "released",
            Self::Lapsed => "lapsed",
        }
    }
}

/// A hold. Only the files in `hold/` change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    id: HoldId,
    site: SiteId,
    feature: FeatureKey,
    amount: i64,
    state: State,
    lapses_at: Instant,
}

impl Hold {
    /// Where.
    pub fn site(&self) -> SiteId {
        self.site
    }
    /// Of what.
    pub fn feature(&self) -> &str {
        self.feature.as_str()
    }
    /// How many.
    pub fn amount(&self) -> i64 {
        self.amount
    }
    /// When it gives itself back.
    pub fn lapses_at(&self) -> Instant {
        self.lapses_at
    }

    /// Does it count as used at this instant?
    pub fn stands(&self, now: Instant) -> bool {
        self.state_at(now) == State::Held
    }

    /// Where it stands at this instant.
    fn state_at(&self, now: Instant) -> State {
        match self.state {
            State::Held if now >= self.lapses_at => State::Lapsed,
            state => state,
        }
    }

    /// From held to this; anything else is over.
    fn settle(&mut self, state: State, now: Instant) -> Result<(), Refusal> {
        match self.state_at(now) {
            State::Held => self.state = state,
            over => return Err(HOLD_OVER.with("state", over.name())),
        }
        Ok(())
    }
}

/// A hold for tests.
#[cfg(test)]
pub fn sample(site: SiteId, feature: &str, amount: i64, lapses_at: Instant) -> Hold {
    let feature = FeatureKey::parse(feature).unwrap();
    Hold { id: HoldId::new(uuid::Uuid::from_u128(1)), site, feature, amount, state: State::Held, lapses_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ME-19
    #[test]
    fn a_hold_lapses_by_itself_and_is_settled_once() {
        let lapse: Instant = "2026-11-22T03:15:00Z".parse().unwrap();
        let before = lapse - chrono::Duration::microseconds(1);
        let hold = sample(SiteId::new(uuid::Uuid::nil()), "seat", 2, lapse);
        assert!(hold.stands(before) && !hold.stands(lapse));
        let mut late = hold.clone();
        assert_eq!(late.settle(State::Confirmed, lapse).unwrap_err().detail("state"), Some("lapsed"));
        let mut once = hold;
        once.settle(State::Confirmed, before).unwrap();
        assert_eq!(once.settle(State::Released, before).unwrap_err().detail("state"), Some("confirmed"));
    }
}
