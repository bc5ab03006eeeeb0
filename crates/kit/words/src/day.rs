//! A calendar day in `Asia/Seoul`. Calendar arithmetic is done on days; only then does a day become instants.
//!
//! Seoul is nine hours ahead all year, and so is this file: no time zone table. A day is the half-open stretch
//! `start() .. end()` of instants; lists and periods of days are inclusive on both ends.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, Duration, FixedOffset, Months, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::Wrong;

/// Seconds that Seoul is ahead of UTC.
const SEOUL: i32 = 9 * 60 * 60;

/// A day of the calendar in Seoul.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(NaiveDate);

impl Day {
    /// The day of this year, month and day of the month, if the calendar has it (years 1 to 9999).
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        (1..=9999).contains(&year).then(|| NaiveDate::from_ymd_opt(year, month, day).map(Self)).flatten()
    }

    /// `2023-09-28`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_A_DAY: Wrong = Wrong::new(
            "NOT_A_DAY",
            "Give a day of the calendar as YYYY-MM-DD.",
            "날짜를 YYYY-MM-DD 형식으로 입력하세요.",
        );
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !shaped {
            return Err(NOT_A_DAY);
        }
        let number = |from, to| text[from..to].parse::<u32>().ok();
        number(0, 4)
            .zip(number(5, 7))
            .zip(number(8, 10))
            .and_then(|((y, m), d)| Self::new(y.cast_signed(), m, d))
            .ok_or(NOT_A_DAY)
    }

    /// The day it is in Seoul at this instant.
    pub fn of(at: DateTime<Utc>) -> Self {
        Self((at.naive_utc() + Duration::seconds(SEOUL.into())).date())
    }

    /// Year, month, day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// Midnight in Seoul: the day's first instant.
    pub fn start(self) -> DateTime<Utc> {
        (self.0.and_time(NaiveTime::MIN) - Duration::seconds(SEOUL.into())).and_utc()
    }

    /// The next midnight: the first instant that is no longer this day.
    pub fn end(self) -> DateTime<Utc> {
        self.next().start()
    }

    /// The instant at which Seoul's clocks show this time on this day; nothing for 24:00 and later.
    pub fn at(self, hour: u32, minute: u32) -> Option<DateTime<Utc>> {
        Some((self.0.and_hms_opt(hour, minute, 0)? - Duration::seconds(SEOUL.into())).and_utc())
    }

    /// So many days later, or earlier.
    pub fn plus_days(self, days: i64) -> Self {
        let moved = if days >= 0 {
            self.0.checked_add_days(Days::new(days.unsigned_abs()))
        } else {
            self.0.checked_sub_days(Days::new(days.unsigned_abs()))
        };
        Self(moved.unwrap_or(if days >= 0 { NaiveDate::MAX } else { NaiveDate::MIN }))
    }

    /// The same day so many months later, or earlier; the month's last day where the month is too short.
    pub fn plus_months(self, months: i32) -> Self {
        let moved = if months >= 0 {
            self.0.checked_add_months(Months::new(months.unsigned_abs()))
        } else {
            self.0.checked_sub_months(Months::new(months.unsigned_abs()))
        };
        Self(moved.unwrap_or(if months >= 0 { NaiveDate::MAX } else { NaiveDate::MIN }))
    }

    /// Tomorrow.
    pub fn next(self) -> Self {
        self.plus_days(1)
    }

    /// Yesterday.
    pub fn previous(self) -> Self {
        self.plus_days(-1)
    }

    /// How many days its month has.
    pub fn days_in_month(self) -> u32 {
        u32::from(self.0.num_days_in_month())
    }

    /// The first day of its month.
    pub fn first_of_month(self) -> Self {
        Self(self.0.with_day(1).unwrap_or(self.0))
    }

    /// The last day of its month.
    pub fn last_of_month(self) -> Self {
        Self(self.0.with_day(self.days_in_month()).unwrap_or(self.0))
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// Days from `earlier` to this one; below zero when this one is the earlier.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// Days left through this day, today included: 2023-09-21 … 2023-09-28 are 8.
    pub fn days_left_from(self, today: Self) -> i64 {
        self.days_since(today) + 1
    }
}

/// The offset of Seoul, for printing instants as people there read them.
pub fn seoul() -> FixedOffset {
    FixedOffset::east_opt(SEOUL).expect("nine hours are less than a day")
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl FromStr for Day {
    type Err = Wrong;
    fn from_str(text: &str) -> Result<Self, Wrong> {
        Self::parse(text)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
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
    fn a_day_begins_at_midnight_in_seoul() {
        assert_eq!(day("2023-09-28").start().to_rfc3339(), "2023-09-27T15:00:00+00:00");
        assert_eq!(day("2023-09-28").end().to_rfc3339(), "2023-09-28T15:00:00+00:00");
        assert_eq!(day("2023-09-28").at(15, 0).unwrap().to_rfc3339(), "2023-09-28T06:00:00+00:00");
        assert_eq!(day("2023-09-28").start().with_timezone(&seoul()).to_rfc3339(), "2023-09-28T00:00:00+09:00");
    }

    #[test]
    fn months_are_clipped_to_their_end() {
        assert_eq!(day("2024-02-29").plus_months(60), day("2029-02-28"));
        assert_eq!(day("2022-11-25").plus_months(60), day("2027-11-25"));
        assert_eq!(day("2023-01-31").plus_months(1), day("2023-02-28"));
        assert_eq!(day("2023-03-31").plus_months(-1), day("2023-02-28"));
    }

    #[test]
    fn days_left_count_today_and_the_last() {
        assert_eq!(day("2023-09-28").days_left_from(day("2023-09-21")), 8);
        assert_eq!(day("2023-09-28").days_left_from(day("2023-09-28")), 1);
        assert_eq!(day("2023-09-28").days_left_from(day("2023-09-29")), 0);
    }

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for text in ["2023-02-29", "2023-9-28", "20230928", "2023-09-28 ", "0000-01-01", "2023-13-01", "２０２３-09-28"]
        {
            assert_eq!(Day::parse(text).unwrap_err().reason, "NOT_A_DAY", "{text}");
        }
        assert_eq!(Day::parse("").unwrap_err(), Wrong::MISSING);
        assert_eq!(day("2024-02-10").last_of_month(), day("2024-02-29"));
        assert_eq!(day("2024-02-10").first_of_month(), day("2024-02-01"));
        assert_eq!(serde_json::to_string(&day("2023-09-28")).unwrap(), "\"2023-09-28\"");
    }

    #[test]
    fn a_day_knows_its_place() {
        let leap = day("2024-02-10");
        assert_eq!((leap.ymd(), leap.year(), leap.month(), leap.day()), ((2024, 2, 10), 2024, 2, 10));
        assert_eq!((leap.days_in_month(), leap.weekday()), (29, Weekday::Sat));
        assert_eq!((leap.next(), leap.previous()), (day("2024-02-11"), day("2024-02-09")));
        assert_eq!((leap.plus_days(-10), leap.plus_days(20)), (day("2024-01-31"), day("2024-03-01")));
        assert_eq!((leap.days_since(day("2024-01-31")), leap.days_since(day("2024-02-11"))), (10, -1));
        assert_eq!(leap.at(24, 0), None);
        assert_eq!((Day::new(0, 1, 1), Day::new(10_000, 1, 1)), (None, None));
        assert!(Day::new(1, 1, 1).is_some() && Day::new(9999, 12, 31).is_some());
        assert_eq!(format!("{leap:?} {:?}", "2024-02-10".parse::<Day>()), "2024-02-10 Ok(2024-02-10)");
        assert_eq!(Day::from(NaiveDate::from(leap)), leap);
    }

    #[test]
    fn what_lies_beyond_the_calendar_is_its_end() {
        let leap = day("2024-02-10");
        assert_eq!(
            (leap.plus_days(i64::MAX), leap.plus_days(i64::MIN)),
            (NaiveDate::MAX.into(), NaiveDate::MIN.into())
        );
        assert_eq!(
            (leap.plus_months(i32::MAX), leap.plus_months(i32::MIN)),
            (NaiveDate::MAX.into(), NaiveDate::MIN.into())
        );
    }

    proptest! {
        #[test]
        fn an_instant_lies_in_its_day(seconds in -2_000_000_000i64..10_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let day = Day::of(at);
            prop_assert!(day.start() <= at && at < day.end());
            prop_assert_eq!(Day::of(day.start()), day);
            prop_assert_eq!(Day::of(day.end()), day.next());
            prop_assert_eq!(Day::parse(&day.to_string()), Ok(day));
        }

        #[test]
        fn no_text_breaks_the_parser_and_what_it_reads_it_prints(text in "\\PC*|[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            if let Ok(day) = Day::parse(&text) {
                prop_assert_eq!(day.to_string(), text);
            }
        }
    }
}
