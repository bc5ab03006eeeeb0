//! Proration by day (BI-6): whole months are counted back from the end day; the part at the front is charged per calendar
//! month it touches, days used / days of that month, both ends counted, each part rounded down.

use words::{Day, Money, Period};

use super::DayPart;

/// `from` through `end` as whole months and parts.
pub fn split(from: Day, end: Day) -> (i32, Vec<DayPart>) {
    if from > end {
        return (0, Vec::new());
    }
    let after = end.next();
    let mut months = 0;
    while after.plus_months(-(months + 1)) >= from {
        months += 1;
    }
    // A term clipped to the month's end (31 January ~ 28 February) is a whole number of months as well.
    for whole in [months, months + 1] {
        if u32::try_from(whole).is_ok_and(|n| n > 0 && Period::term(from, n).last() == end) {
            return (whole, Vec::new());
        }
    }
    (months, parts(from, after.plus_months(-months)))
}

/// `from` up to, not including, `until`, cut at the calendar months' ends.
fn parts(from: Day, until: Day) -> Vec<DayPart> {
    let mut parts = Vec::new();
    let mut first = from;
    while first < until {
        let next = first.last_of_month().next().min(until);
        parts.push(DayPart { first, used: next.days_since(first), of: i64::from(first.days_in_month()) });
        first = next;
    }
    parts
}

/// What `monthly` comes to over whole months and parts; nothing if it does not fit.
pub fn charge(monthly: Money, months: i32, parts: &[DayPart]) -> Option<Money> {
    let whole = monthly.times(months.into())?;
    parts.iter().try_fold(whole, |sum, part| sum.checked_add(monthly.portion(part.used, part.of)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn cost(monthly: i64, from: &str, end: &str) -> i64 {
        let (months, parts) = split(day(from), day(end));
        charge(Money::from_won(monthly), months, &parts).unwrap().won()
    }

    // BI-6: the worked example
    #[test]
    fn six_months_and_a_part_of_march() {
        assert_eq!(split(day("2023-03-10"), day("2023-09-28")).0, 6);
        let part = DayPart { first: day("2023-03-10"), used: 19, of: 31 };
        assert_eq!(split(day("2023-03-10"), day("2023-09-28")).1, [part]);
        assert_eq!(cost(20_000, "2023-03-10", "2023-09-28"), 132_258);
    }

    // BI-6
    #[test]
    fn a_part_over_two_months_is_charged_month_by_month() {
        // 20 to 31 March are 12 of 31 days, 1 to 10 April 10 of 30
        assert_eq!(cost(20_000, "2023-03-20", "2023-04-10"), 7_741 + 6_666);
        // February of a leap year has 29 days
        assert_eq!(cost(20_000, "2024-02-20", "2024-02-29"), 20_000 * 10 / 29);
    }

    // BI-6
    #[test]
    fn both_days_count_and_a_whole_term_is_whole() {
        assert_eq!(cost(31_000, "2023-03-31", "2023-03-31"), 1_000);
        assert_eq!(cost(20_000, "2023-03-29", "2023-09-28"), 120_000);
        assert_eq!(cost(20_000, "2022-09-29", "2023-09-28"), 240_000);
        assert_eq!(cost(20_000, "2023-09-29", "2023-09-28"), 0);
        assert_eq!(cost(20_000, "2023-01-31", "2023-02-28"), 20_000, "a term clipped to the month's end");
    }

    proptest! {
        // BI-6: a day later never costs more, and nothing is charged beyond the term
        #[test]
        fn later_costs_less(start in 0i64..9_000, months in 1u32..25, late in 0i64..700, monthly in 0i64..10_000_000) {
            let first = day("2005-01-01").plus_days(start);
            let term = Period::term(first, months);
            let monthly = Money::from_won(monthly);
            let at = |from: Day| { let (m, p) = split(from, term.last()); charge(monthly, m, &p).unwrap() };
            let from = first.plus_days(late.min(term.days() - 1));
            prop_assert_eq!(at(first), monthly.times(months.into()).unwrap());
            prop_assert!(at(from.next()).won() <= at(from).won() + 2, "two roundings at most");
            let (whole, parts) = split(from, term.last());
            let days: i64 = parts.iter().map(|p| p.used).sum();
            prop_assert!(parts.len() <= 2 && days <= 31 && whole >= 0);
            prop_assert!(parts.iter().all(|p| 1 <= p.used && p.used <= p.of));
        }
    }
}
