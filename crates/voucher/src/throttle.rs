//! Counts attempts in the database (VO-11): one statement counts and answers, so parallel guesses cannot slip past a
//! number read before.

pub mod sweep;

use std::net::IpAddr;

use flow::{Instant, Refusal, Stop, Tx, code};
use sea_orm::{FromQueryResult, Value};

use crate::{settings::Settings, sql};

/// VO-11.
pub const TOO_MANY_ATTEMPTS: Refusal = Refusal::new(
    code::RESOURCE_EXHAUSTED,
    "TOO_MANY_ATTEMPTS",
    "Too many attempts. Try again in some minutes.",
    "시도 횟수가 너무 많습니다. 잠시 후 다시 시도해 주세요.",
);

/// What is counted, over which time, up to what.
#[derive(Debug, Clone)]
pub struct Limit {
    /// A keyed digest: no address or code lies open.
    pub counted: Vec<u8>,
    /// The window.
    pub window: chrono::Duration,
    /// Attempts allowed in it.
    pub most: i64,
}

/// Wrong codes from an address, be they a gift's or a phone's.
pub fn wrong_codes(tx: &Tx, address: Option<IpAddr>) -> Option<Limit> {
    let settings = tx.part::<Settings>();
    address.map(|address| Limit {
        counted: tx.sealer().digest(format!("address {address}").as_bytes()).to_vec(),
        window: chrono::Duration::minutes(settings.wrong_codes_window_minutes),
        most: settings.wrong_codes_per_address,
    })
}

#[derive(FromQueryResult)]
struct Attempts {
    attempts: i64,
}

impl Limit {
    fn slot(&self, tx: &Tx) -> i64 {
        tx.now().timestamp().div_euclid(self.window.num_seconds().max(1))
    }

    /// One more attempt; refused beyond the limit.
    pub async fn count(&self, tx: &Tx) -> Result<(), Stop> {
        let sql = "INSERT INTO attempts (counted, slot, attempts, ends_at) VALUES ($1, $2, 1, $3) \
                   ON CONFLICT (counted, slot) DO UPDATE SET attempts = attempts.attempts + 1 RETURNING attempts";
        let slot = self.slot(tx);
        let end = Instant::from_timestamp((slot + 1) * self.window.num_seconds(), 0).unwrap_or_else(|| tx.now());
        let values: Vec<Value> = vec![self.counted.clone().into(), slot.into(), end.into()];
        let found: Attempts = sql::one(tx.conn(), sql, values).await?;
        if found.attempts <= self.most {
            return Ok(());
        }
        let wait = u64::try_from((end - tx.now()).num_seconds()).unwrap_or_default().max(1);
        Err(TOO_MANY_ATTEMPTS.retry_after(std::time::Duration::from_secs(wait)).into())
    }

    /// Takes back an attempt that was right: only wrong ones count.
    pub async fn forgive(&self, tx: &Tx) -> Result<(), Stop> {
        let sql = "UPDATE attempts SET attempts = attempts - 1 WHERE counted = $1 AND slot = $2";
        let values: Vec<Value> = vec![self.counted.clone().into(), self.slot(tx).into()];
        sql::run(tx.conn(), sql, values).await.map(drop)
    }
}
