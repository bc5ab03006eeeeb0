//! Time → our verb: a job has slots (this hour, this day in Seoul). A slot's work is done by whoever reaches it first and
//! then marked; a crash in between, or two replicas in the same moment, do it again, which every job must bear.

use std::{future::Future, sync::Arc};

use chrono::{Duration, FixedOffset};
use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{Flow, Instant, Stop, Tx, Verb};

/// What a job's run says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// Nothing left to do in this slot.
    All,
    /// A bounded piece is done; run again at once.
    More,
}

/// One turn of a job.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// When the slot began.
    pub start: Instant,
    /// Now.
    pub now: Instant,
}

/// How often.
#[derive(Debug, Clone, Copy)]
pub struct Every(Duration);

impl Every {
    /// Every so many seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(Duration::seconds(n))
    }
    /// Every so many milliseconds.
    pub const fn millis(n: i64) -> Self {
        Self(Duration::milliseconds(n))
    }
    /// Every so many minutes.
    pub const fn minutes(n: i64) -> Self {
        Self(Duration::minutes(n))
    }
    /// Every so many hours.
    pub const fn hours(n: i64) -> Self {
        Self(Duration::hours(n))
    }
    /// At each Seoul midnight.
    pub const fn day() -> Self {
        Self(Duration::days(1))
    }

    /// The number of the slot `now` lies in, counted from 1970 in Seoul.
    fn slot(self, now: Instant) -> i64 {
        let seoul = FixedOffset::east_opt(9 * 3600).map_or(0, |o| i64::from(o.local_minus_utc()) * 1000);
        (now.timestamp_millis() + seoul).div_euclid(self.0.num_milliseconds().max(1))
    }

    fn start(self, slot: i64) -> Instant {
        let millis = slot * self.0.num_milliseconds().max(1) - 9 * 3_600_000;
        Instant::from_timestamp_millis(millis).unwrap_or_default()
    }
}

type Run = dyn Fn(Flow, Slot) -> BoxFuture<'static, Result<Done, Stop>> + Send + Sync;

/// A job as it is wired.
#[derive(Clone)]
pub struct Job {
    name: &'static str,
    every: Every,
    run: Arc<Run>,
    once_per_slot: bool,
}

impl Job {
    /// A verb, once per slot among all replicas; `Done::More` runs it again.
    pub fn verb<V: Verb<Answer = Done>>(name: &'static str, every: Every, make: fn(Slot) -> V) -> Self {
        let run = move |flow: Flow, slot: Slot| -> BoxFuture<'static, Result<Done, Stop>> {
            Box::pin(async move { flow.run_own(make(slot)).await })
        };
        Self { name, every, run: Arc::new(run), once_per_slot: true }
    }

    /// Work that calls outside (hand-over to a carrier) and guards itself by leases: on every replica, each period.
    pub fn worker<Fut>(name: &'static str, every: Every, work: fn(Flow, Slot) -> Fut) -> Self
    where
        Fut: Future<Output = Result<Done, Stop>> + Send + 'static,
    {
        Self { name, every, run: Arc::new(move |flow, slot| Box::pin(work(flow, slot))), once_per_slot: false }
    }

    /// Runs it in each slot until stopped.
    pub async fn turn(self, flow: Flow, stop: CancellationToken) {
        let mut last = i64::MIN;
        let poll = self.every.0.to_std().unwrap_or_default().min(std::time::Duration::from_millis(250));
        while !stop.is_cancelled() {
            let slot = self.every.slot(flow.clock().now());
            if slot > last {
                match self.slot(&flow, slot).await {
                    Ok(()) => last = slot,
                    Err(error) => {
                        tracing::warn!(job = self.name, %error, "a job failed and is tried again");
                        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(poll) => {}
            }
        }
    }

    /// One slot, if nobody did it; also what a test calls.
    pub async fn run_now(&self, flow: &Flow) -> Result<(), Stop> {
        self.work(flow, self.every.slot(flow.clock().now())).await
    }

    /// The job's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    async fn slot(&self, flow: &Flow, slot: i64) -> Result<(), Stop> {
        if !self.once_per_slot {
            return self.work(flow, slot).await;
        }
        if done(flow, self.name, slot).await? {
            return Ok(());
        }
        // Marked after the work: a crash in between does it again, which every job must bear; two replicas at the same
        // moment are kept apart by the guarded rows of the work itself.
        self.work(flow, slot).await?;
        crate::sabotage::crash("job-before-mark");
        mark(flow, self.name, slot).await
    }

    async fn work(&self, flow: &Flow, slot: i64) -> Result<(), Stop> {
        loop {
            let now = flow.clock().now();
            if (self.run)(flow.clone(), Slot { start: self.every.start(slot), now }).await? == Done::All {
                return Ok(());
            }
        }
    }
}

async fn done(flow: &Flow, job: &str, slot: i64) -> Result<bool, Stop> {
    let db = flow.db().read();
    let sql = "SELECT slot FROM flow_job WHERE name = $1 AND slot >= $2";
    Ok(db
        .query_one_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, [job.into(), slot.into()]))
        .await?
        .is_some())
}

async fn mark(flow: &Flow, job: &str, slot: i64) -> Result<(), Stop> {
    let tx = Tx::begin(flow, crate::Caller::dure()).await?;
    let sql = "INSERT INTO flow_job (name, slot, done_at) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET slot = excluded.slot, done_at = excluded.done_at WHERE flow_job.slot < excluded.slot";
    let values = [job.into(), slot.into(), tx.now().into()];
    tx.conn().execute_raw(Statement::from_sql_and_values(tx.backend(), sql, values)).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_seoul() {
        let before = "2026-11-22T14:59:59Z".parse().unwrap();
        let midnight: Instant = "2026-11-22T15:00:00Z".parse().unwrap();
        assert_eq!(Every::day().slot(before) + 1, Every::day().slot(midnight));
        assert_eq!(Every::day().start(Every::day().slot(midnight)), midnight);
    }
}
