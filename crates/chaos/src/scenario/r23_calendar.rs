//! R23: 400,000 pairs of a first day and a term: no period is empty, too long, or overlaps the one that follows it; there
//! is no day between them.

use futures::FutureExt as _;
use words::{Day, Period};

use super::{Play, Scenario};
use crate::report::Row;

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R23",
    fault: "400,000 pairs of the calendar",
    pass: "no gap, no overlap, none too short or too long",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

/// Terms of 1 to 40 months from each of 10,000 days.
const MONTHS: i32 = 40;
const DAYS: i64 = 10_000;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let start = Day::new(2024, 1, 1).ok_or_else(|| anyhow::anyhow!("a day"))?;
    let days = play.size.of(DAYS / 10, DAYS, DAYS);
    let (mut pairs, mut wrong) = (0, 0);
    for offset in 0..days {
        let first = start.plus_days(offset);
        for months in 1..=MONTHS {
            pairs += 1;
            let period = Period::term(first, u32::try_from(months)?);
            let next = Period::term(period.last().next(), 12);
            let fits = period.first() == first
                && period.days() >= i64::from(months) * 28
                && period.days() <= i64::from(months) * 31
                && next.first() == period.last().next()
                && next.last() > period.last();
            wrong += u64::from(!fits);
        }
    }
    row.figure("pairs", pairs);
    row.exactly("pairs that do not fit", wrong, 0);
    Ok(())
}
