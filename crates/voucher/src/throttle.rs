//! Counts attempts in the database (VO-11): one statement counts and answers, so parallel guesses cannot slip past a
//! number read before.

use flow::{Refusal, Stop, Tx, code};
use sea_orm::{FromQueryResult, Value};

use crate::sql;

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
        let sql = "INSERT INTO attempts (counted, slot, attempts) VALUES ($1, $2, 1) \
                   ON CONFLICT (counted, slot) DO UPDATE SET attempts = attempts.attempts + 1 RETURNING attempts";
        let slot = self.slot(tx);
        let found: Attempts = sql::one(tx.conn(), sql, vec![self.counted.clone().into(), slot.into()]).await?;
        if found.attempts <= self.most {
            return Ok(());
        }
        let end = (slot + 1) * self.window.num_seconds();
        let wait = u64::try_from(end - tx.now().timestamp()).unwrap_or(1);
        Err(TOO_MANY_ATTEMPTS.retry_after(std::time::Duration::from_secs(wait)).into())
    }

    /// Takes back an attempt that was right: only wrong ones count.
    pub async fn forgive(&self, tx: &Tx) -> Result<(), Stop> {
        let sql = "UPDATE attempts SET attempts = attempts - 1 WHERE counted = $1 AND slot = $2";
        let values: Vec<Value> = vec![self.counted.clone().into(), self.slot(tx).into()];
        sql::run(tx.conn(), sql, values).await.map(drop)
    }
}
