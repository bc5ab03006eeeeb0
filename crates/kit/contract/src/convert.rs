//! Between words and the wire's common messages: won, days, instants.

use chrono::{DateTime, Utc};
use words::{Day, Money, Wrong};

use crate::google::r#type as g;

/// Won as `google.type.Money`.
pub fn money(amount: Money) -> Option<g::Money> {
    Some(g::Money { currency_code: "KRW".into(), units: amount.won(), nanos: 0 })
}

/// `google.type.Money` as won; other currencies and parts of a won are refused.
pub fn won(amount: Option<&g::Money>) -> Result<Money, Wrong> {
    let amount = amount.ok_or(Wrong::MISSING)?;
    if amount.currency_code != "KRW" || amount.nanos != 0 {
        return Err(Wrong::new(
            "NOT_WON",
            "Give whole won: currency_code KRW, nanos 0.",
            "원 단위 정수로 입력하세요 (KRW, nanos 0).",
        ));
    }
    Ok(Money::from_won(amount.units))
}

/// A calendar day as `google.type.Date`.
pub fn date(day: Day) -> Option<g::Date> {
    let (year, month, day) = day.ymd();
    Some(g::Date { year, month: month as i32, day: day as i32 })
}

/// `google.type.Date` as a calendar day.
pub fn day(date: Option<&g::Date>) -> Result<Day, Wrong> {
    let date = date.ok_or(Wrong::MISSING)?;
    u32::try_from(date.month)
        .ok()
        .zip(u32::try_from(date.day).ok())
        .and_then(|(month, day)| Day::new(date.year, month, day))
        .ok_or(Wrong::new("NOT_A_DAY", "This is not a day of the calendar.", "달력에 없는 날짜입니다."))
}

/// An instant as `google.protobuf.Timestamp`.
pub fn timestamp(at: DateTime<Utc>) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: at.timestamp(), nanos: at.timestamp_subsec_nanos() as i32 })
}

/// `google.protobuf.Timestamp` as an instant.
pub fn instant(given: Option<&prost_types::Timestamp>) -> Result<DateTime<Utc>, Wrong> {
    const NOT_A_TIME: Wrong = Wrong::new("NOT_A_TIME", "This is not a point in time.", "올바른 시간이 아닙니다.");
    let given = given.ok_or(Wrong::MISSING)?;
    let nanos = u32::try_from(given.nanos).map_err(|_| NOT_A_TIME)?;
    DateTime::from_timestamp(given.seconds, nanos).ok_or(NOT_A_TIME)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn only_whole_won_are_read_and_come_back(currency_code in "KRW|USD|\\PC{0,4}", units: i64, nanos in -1i32..=1) {
            let asked = g::Money { currency_code, units, nanos };
            match won(Some(&asked)) {
                Ok(read) => prop_assert_eq!(money(read), Some(asked)),
                Err(wrong) => prop_assert_eq!(wrong.reason, "NOT_WON"),
            }
        }

        #[test]
        fn only_days_of_the_calendar_are_read_and_come_back(year: i32, near in 0i32..3_000, month: i32, day_of in -1i32..33) {
            for (year, month) in [(year, month), (near, month.rem_euclid(14))] {
                let asked = g::Date { year, month, day: day_of };
                match day(Some(&asked)) {
                    Ok(read) => prop_assert_eq!(date(read), Some(asked)),
                    Err(wrong) => prop_assert_eq!(wrong.reason, "NOT_A_DAY"),
                }
            }
        }
    }
}
