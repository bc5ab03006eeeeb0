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
    let whole = u32::try_from(months).is_ok_and(|n| n > 0 && Period::term(from, n).last() == end);
    (months, if whole { Vec::new() } else { parts(from, after.plus_months(-months)) })
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

    // BI-6: over every start in four years, a leap year among them. The days of a short month weigh more than those of a
    // long one, so the rule itself lets a start a day later cost more where the part at the front reaches from a long
    // month into a short one: by 53/868 of a month at most (28 January against the 29th, for an end on 27 March).
    #[test]
    fn later_costs_less_but_where_a_short_month_weighs_in() {
        let monthly = 868_000;
        for end in (0..4 * 366).map(|n| day("2023-01-01").plus_days(n)) {
            let at = |from: Day| {
                let (months, parts) = split(from, end);
                (charge(Money::from_won(monthly), months, &parts).unwrap().won(), parts.len())
            };
            for from in (0..100).map(|n| end.plus_days(-n)) {
                let ((now, _), (later, parts)) = (at(from), at(from.next()));
                let most = if parts == 2 { monthly * 53 / 868 } else { 0 };
                assert!(later <= now + most + 2, "{from} {now}, a day later {later}; two roundings at most");
            }
        }
    }

    proptest! {
        // BI-6: nothing is charged beyond the term, and the parts are days of their months
        #[test]
        fn whole_terms_and_parts(start in 0i64..9_000, months in 1u32..25, late in 0i64..700, monthly in 0i64..10_000_000) {
            let first = day("2005-01-01").plus_days(start);
            let term = Period::term(first, months);
            let monthly = Money::from_won(monthly);
            let (whole, parts) = split(first, term.last());
            prop_assert_eq!(charge(monthly, whole, &parts), monthly.times(months.into()));
            let (whole, parts) = split(first.plus_days(late.min(term.days() - 1)), term.last());
            let days: i64 = parts.iter().map(|p| p.used).sum();
            prop_assert!(parts.len() <= 2 && days <= 31 && whole >= 0);
            prop_assert!(parts.iter().all(|p| 1 <= p.used && p.used <= p.of));
        }
    }
}
