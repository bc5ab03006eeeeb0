//! Business days in Korea: not Saturday, not Sunday, not a public holiday (`holidays.txt`, with the substitute ones).
//! Outside the years the table covers only weekends count; [`COVERED`] says which they are.

use std::{collections::BTreeSet, ops::RangeInclusive, sync::LazyLock};

use chrono::Weekday;

use crate::Day;

/// The years whose public holidays are known.
pub const COVERED: RangeInclusive<i32> = 2022..=2030;

static HOLIDAYS: LazyLock<BTreeSet<Day>> = LazyLock::new(|| {
    include_str!("holidays.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| Day::parse(&line[..10]).expect("the table holds days"))
        .collect()
});

/// Is it a public holiday, as far as the table knows?
pub fn is_holiday(day: Day) -> bool {
    HOLIDAYS.contains(&day)
}

/// Are banks open?
pub fn is_business_day(day: Day) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(day)
}

/// The n-th business day after this one; with 0 this day itself or, if it is none, the next one.
pub fn add_business_days(day: Day, n: u32) -> Day {
    let on_or_after = |mut day: Day| {
        while !is_business_day(day) {
            day = day.next();
        }
        day
    };
    if n == 0 { on_or_after(day) } else { (0..n).fold(day, |day, _| on_or_after(day.next())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    // BI-19
    #[test]
    fn weekends_and_holidays_are_skipped() {
        // Chuseok 2023: Thursday 28 September to Tuesday 3 October, with an extra day on the Monday.
        assert_eq!(add_business_days(day("2023-09-27"), 1), day("2023-10-04"));
        assert_eq!(add_business_days(day("2023-09-27"), 4), day("2023-10-10"));
        assert_eq!(add_business_days(day("2022-11-24"), 4), day("2022-11-30"));
        assert_eq!(add_business_days(day("2022-11-26"), 0), day("2022-11-28"));
    }

    #[test]
    fn substitute_and_lunar_holidays_are_known() {
        for holiday in
            ["2022-09-12", "2023-01-24", "2024-02-12", "2025-05-06", "2027-02-09", "2028-10-05", "2030-02-05"]
        {
            assert!(!is_business_day(day(holiday)), "{holiday}");
        }
        assert!(is_business_day(day("2026-09-28")), "a Chuseok that touches a Saturday is not made up for");
    }

    #[test]
    fn the_table_covers_the_years_it_says() {
        for year in COVERED {
            let days = HOLIDAYS.iter().filter(|d| d.year() == year).count();
            assert!((14..=24).contains(&days), "{year}: {days}");
            assert!(is_holiday(Day::new(year, 1, 1).unwrap()) && is_holiday(Day::new(year, 12, 25).unwrap()));
        }
        assert!(HOLIDAYS.iter().all(|d| COVERED.contains(&d.year())));
    }
}
