//! How often something may be asked for, per phone, address or company: a sliding window that counts across replicas.
//! Who is counted is kept only as a keyed digest.

mod table;

use std::fmt::Display;

use chrono::Duration;
use flow::{Instant, Refusal, Stop, Tx, code};

/// So often in so long.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// What is counted.
    pub name: &'static str,
    /// How many.
    pub most: usize,
    /// In how long.
    pub within: Duration,
}

/// A limit is used up; the answer says when to come back.
pub const TOO_MANY: Refusal = Refusal::new(
    code::RESOURCE_EXHAUSTED,
    "ASKED_TOO_OFTEN",
    "This was asked for too often. Try again in {seconds} seconds.",
    "요청이 너무 많습니다. {seconds}초 후에 다시 시도하세요.",
);

impl Limit {
    /// Takes one, or refuses.
    pub async fn take(&self, tx: &Tx, subject: &impl Display) -> Result<(), Stop> {
        let subject = tx.sealer().digest(format!("{}:{subject}", self.name).as_bytes());
        let taken = table::lock(tx, self.name, &subject).await?;
        let taken = slide(&taken, tx.now(), self).map_err(refuse)?;
        table::save(tx, self.name, &subject, &taken).await
    }

    /// Refuses if none is left, but takes none.
    pub async fn look(&self, tx: &Tx, subject: &impl Display) -> Result<(), Stop> {
        let subject = tx.sealer().digest(format!("{}:{subject}", self.name).as_bytes());
        let taken = table::look(tx, self.name, &subject).await?;
        slide(&taken, tx.now(), self).map(drop).map_err(|wait| refuse(wait).into())
    }
}

/// Windows nobody has touched since.
pub async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    table::sweep(tx, before).await
}

fn refuse(wait: Duration) -> Refusal {
    let seconds = wait.num_seconds().max(1);
    TOO_MANY.with("seconds", seconds).retry_after(std::time::Duration::from_secs(seconds.unsigned_abs()))
}

/// The window with this moment in it, or how long until there is room. Moments are microseconds.
fn slide(taken: &[i64], now: Instant, limit: &Limit) -> Result<Vec<i64>, Duration> {
    let opens = (now - limit.within).timestamp_micros();
    let mut inside: Vec<i64> = taken.iter().copied().filter(|at| *at > opens).collect();
    if inside.len() >= limit.most {
        // Room comes when so many have left that one fits.
        let leaves = inside.get(inside.len() - limit.most).copied().unwrap_or(opens);
        return Err(Duration::microseconds(leaves - opens));
    }
    inside.push(now.timestamp_micros());
    Ok(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-6
    #[test]
    fn the_window_slides() {
        let limit = Limit { name: "codes", most: 2, within: Duration::hours(1) };
        let start: Instant = "2026-11-22T00:00:00Z".parse().unwrap();
        let one = slide(&[], start, &limit).unwrap();
        let two = slide(&one, start + Duration::minutes(50), &limit).unwrap();
        assert_eq!(slide(&two, start + Duration::minutes(59), &limit).unwrap_err(), Duration::minutes(1));
        let three = slide(&two, start + Duration::hours(1), &limit).unwrap();
        assert_eq!(slide(&three, start + Duration::minutes(61), &limit).unwrap_err(), Duration::minutes(49));
    }
}
