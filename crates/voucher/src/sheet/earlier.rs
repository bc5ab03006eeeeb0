//! Warns of phones that the company sent to lately (VO-18): in one question for the whole sheet, however many rows. A send
//! counts from its confirmation until it is called off; its day is the one it went out, or is to.

use std::collections::HashMap;

use flow::{Read, Stop};
use words::{Day, Wrong};

use super::{Row, Verdict, table};

/// Asked for if nothing is said.
const USUAL: i64 = 30;
const MOST: i64 = 90;

/// How many days back the caller wants to look.
pub fn days(asked: i32) -> Result<i64, Wrong> {
    const NOT_DAYS: Wrong =
        Wrong::new("NOT_DAYS", "Look back 1 to 90 days; 0 is 30.", "1~90일 사이로 입력하세요. 0은 30일입니다.");
    match i64::from(asked) {
        0 => Ok(USUAL),
        days if (1..=MOST).contains(&days) => Ok(days),
        _ => Err(NOT_DAYS),
    }
}

/// The first moment of the days looked at.
pub fn since(today: Day, days: i64) -> flow::Instant {
    today.plus_days(-days).start()
}

/// Marks the rows whose phone is in an earlier send.
pub async fn mark(read: &Read, days: i64, rows: &mut [Row]) -> Result<(), Stop> {
    let phones: Vec<&str> = rows.iter().filter(|row| row.verdict == Verdict::Right).map(Row::phone).collect();
    let since = since(read.today(), days);
    let found = table::earlier(read.conn(), read.caller().company()?, since, &phones).await?;
    if found.is_empty() {
        return Ok(());
    }
    let found: HashMap<_, _> = found.into_iter().collect();
    for row in rows.iter_mut().filter(|row| row.verdict.counts()) {
        row.earlier = found.get(row.phone()).copied();
        if row.verdict == Verdict::Right && row.earlier.is_some() {
            row.verdict = Verdict::SentBefore;
        }
    }
    Ok(())
}
