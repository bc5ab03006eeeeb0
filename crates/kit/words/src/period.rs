//! A period of calendar days, inclusive on both ends, as people print it: `2023-09-21 ~ 2023-09-28`.
//!
//! A term of n months ends the day before the same day n months later. Where that month has no such day, the term
//! ends with the month (31 January + 1 month ends on the last of February), so no day is lost or counted twice.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Day;

/// From a day through a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends", into = "Ends")]
pub struct Period {
    first: Day,
    last: Day,
}

#[derive(Serialize, Deserialize)]
struct Ends {
    first: Day,
    last: Day,
}

impl Period {
    /// From `first` through `last`; nothing when it would end before it begins.
    pub fn new(first: Day, last: Day) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The term of so many months (one at least) that begins with `first`: 2022-09-29 + 12 ends 2023-09-28.
    pub fn term(first: Day, months: u32) -> Self {
        let months = i32::try_from(months.max(1)).unwrap_or(i32::MAX);
        let same_day = first.plus_months(months);
        let last = if same_day.day() < first.day() { same_day } else { same_day.previous() };
        Self { first, last }
    }

    /// The next term of so many months: begins the day after this one ends.
    pub fn follow(self, months: u32) -> Self {
        Self::term(self.last.next(), months)
    }

    /// Its first day.
    pub fn first(self) -> Day {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> Day {
        self.last
    }

    /// How many days, both ends counted.
    pub fn days(self) -> i64 {
        self.last.days_left_from(self.first)
    }

    /// Is the day in it?
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// Do they share a day?
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The days they share.
    pub fn shared_with(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }
}

impl TryFrom<Ends> for Period {
    type Error = &'static str;
    fn try_from(ends: Ends) -> Result<Self, Self::Error> {
        Self::new(ends.first, ends.last).ok_or("a period ends before it begins")
    }
}

impl From<Period> for Ends {
    fn from(Period { first, last }: Period) -> Self {
        Self { first, last }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ~ {}", self.first, self.last)
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_term_ends_the_day_before_the_same_day() {
        assert_eq!(Period::term(day("2022-09-29"), 12).to_string(), "2022-09-29 ~ 2023-09-28");
        assert_eq!(Period::term(day("2022-09-29"), 12).follow(12).to_string(), "2023-09-29 ~ 2024-09-28");
        assert_eq!(Period::term(day("2023-03-01"), 12).last(), day("2024-02-29"));
    }

    #[test]
    fn a_term_is_clipped_to_the_months_end() {
        assert_eq!(Period::term(day("2023-01-31"), 1).last(), day("2023-02-28"));
        assert_eq!(Period::term(day("2024-02-29"), 12).last(), day("2025-02-28"));
        assert_eq!(Period::term(day("2024-02-29"), 48).last(), day("2028-02-28"));
    }

    #[test]
    fn both_ends_belong_to_it() {
        let period = Period::new(day("2023-09-21"), day("2023-09-28")).unwrap();
        assert_eq!(period.days(), 8);
        assert!(period.contains(day("2023-09-21")) && period.contains(day("2023-09-28")));
        assert!(!period.contains(day("2023-09-29")));
        assert_eq!(Period::new(day("2023-09-28"), day("2023-09-27")), None);
        assert!(serde_json::from_str::<Period>(r#"{"first":"2023-09-28","last":"2023-09-27"}"#).is_err());
    }

    #[test]
    fn periods_share_the_days_that_lie_in_both() {
        let period = |first, last| Period::new(day(first), day(last)).unwrap();
        let (one, two) = (period("2023-09-01", "2023-09-10"), period("2023-09-10", "2023-09-20"));
        assert!(one.overlaps(two) && two.overlaps(one));
        assert_eq!(one.shared_with(two), Some(period("2023-09-10", "2023-09-10")));
        let after = period("2023-09-11", "2023-09-20");
        assert!(!one.overlaps(after) && !after.overlaps(one) && one.shared_with(after).is_none());
        assert!(!one.contains(day("2023-08-31")));
        assert_eq!(Period::term(day("2023-09-01"), 0), Period::term(day("2023-09-01"), 1));
        assert_eq!(format!("{one:?}"), "2023-09-01 ~ 2023-09-10");
        assert_eq!(serde_json::from_str::<Period>(&serde_json::to_string(&one).unwrap()).unwrap(), one);
    }

    proptest! {
        #[test]
        fn terms_follow_without_gap_or_overlap(offset in 0i64..20_000, first in 1u32..37, second in 1u32..37) {
            let one = Period::term(day("2000-01-01").plus_days(offset), first);
            let two = one.follow(second);
            prop_assert_eq!(one.last().next(), two.first());
            prop_assert!(!one.overlaps(two) && one.days() >= 28 * i64::from(first));
            prop_assert!(one.days() <= 31 * i64::from(first));
        }
    }
}
