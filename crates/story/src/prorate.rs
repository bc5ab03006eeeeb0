//! BI-6 computed by the customer, apart from Dure's own code: whole months counted back from the end day, the part at
//! the front per calendar month it touches, both days inclusive, each part rounded down.

use words::Day;

/// What `monthly` won cost from `from` through `end`.
pub fn prorated(monthly: i64, from: Day, end: Day) -> i64 {
    let after = end.next();
    let mut months = 0;
    while after.plus_months(-(months + 1)) >= from {
        months += 1;
    }
    let front_end = after.plus_months(-months);
    let mut cost = monthly * i64::from(months);
    let mut first = from;
    while first < front_end {
        let next = first.last_of_month().next().min(front_end);
        cost += monthly * next.days_since(first) / i64::from(first.days_in_month());
        first = next;
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    // BI-6
    #[test]
    fn the_worked_example() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(prorated(20_000, day("2023-03-10"), day("2023-09-28")), 132_258);
        assert_eq!(prorated(20_000, day("2022-09-29"), day("2023-09-28")), 240_000);
    }
}
