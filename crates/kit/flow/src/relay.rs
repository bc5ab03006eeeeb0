//! The relay: takes unsent outbox rows in order, publishes them with confirms, then marks them sent. Woken by a commit,
//! and by a poll as a net. On PostgreSQL one relay works at a time per database, so order per aggregate holds.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, Statement};
use tokio_util::sync::CancellationToken;

use crate::{Bus, Engine, Flow, Stop, outbox, refusal::Fault, sabotage};

const BATCH: u64 = 500;
/// Of payload in one batch: a large send's events hold a thousand messages each, and all of them are in memory at once.
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
const POLL: Duration = Duration::from_millis(500);
/// Of one batch. The broker's own limits come to less; beyond it a connection swallows what it is given (one direction of
/// a wire is cut), and nothing else would ever say so.
const ROUND: Duration = Duration::from_secs(20);
/// Sent rows are kept this long, for a look at what was told.
const KEPT_DAYS: i64 = 7;

/// Relays until stopped.
pub async fn relay(flow: Flow, bus: Arc<dyn Bus>, stop: CancellationToken) {
    let mut rounds = 0_u64;
    loop {
        let wait = match round(&flow, bus.as_ref()).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => POLL,
            Err(error) => {
                tracing::warn!(%error, service = flow.service(), "the relay waits");
                Duration::from_secs(1)
            }
        };
        rounds += 1;
        if rounds.is_multiple_of(5_000) {
            let before = flow.clock().now() - chrono::Duration::days(KEPT_DAYS);
            if let Err(error) = outbox::forget(flow.db().write(), before).await {
                tracing::warn!(%error, "old outbox rows stay for now");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
            () = flow.committed().notified() => {}
        }
    }
}

/// One batch; true if there may be more.
async fn round(flow: &Flow, bus: &dyn Bus) -> Result<bool, Stop> {
    match flow.db().engine() {
        // One process, and a consumer may need the only writer: no transaction is held while publishing.
        Engine::Sqlite => publish(flow, bus, flow.db().read(), flow.db().write()).await,
        Engine::Postgres => tokio::time::timeout(ROUND, locked(flow, bus)).await.map_err(hangs)?,
    }
}

fn hangs(_: tokio::time::error::Elapsed) -> Stop {
    Fault::bug(anyhow::anyhow!("a batch was not told within {} s and is told again", ROUND.as_secs())).into()
}

/// A batch of the only relay of a database.
async fn locked(flow: &Flow, bus: &dyn Bus) -> Result<bool, Stop> {
    let tx = flow.db().begin().await?;
    // The transaction is idle while a batch is published, which a slow broker makes longer than any verb may be:
    // were it cut off, nothing would be marked and the same batch would be told again for ever.
    let idle = format!("SET LOCAL idle_in_transaction_session_timeout = '{}s'", ROUND.as_secs());
    tx.execute_unprepared(&idle).await?;
    let lock = "SELECT pg_try_advisory_xact_lock(hashtext('dure-relay')) AS ours";
    let ours = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), lock)).await?;
    if !ours.map(|row| row.try_get("", "ours")).transpose()?.unwrap_or(false) {
        tx.rollback().await?;
        return Ok(false);
    }
    let more = publish(flow, bus, &tx, &tx).await;
    tx.commit().await?;
    more
}

async fn publish(
    flow: &Flow,
    bus: &dyn Bus,
    from: &impl ConnectionTrait,
    to: &impl ConnectionTrait,
) -> Result<bool, Stop> {
    let batch = outbox::unsent(from, BATCH, BATCH_BYTES).await?;
    if batch.is_empty() {
        return Ok(false);
    }
    let (seqs, events): (Vec<i64>, Vec<_>) = batch.into_iter().unzip();
    if sabotage::breaks("relay-marks-before-confirm") {
        outbox::sent(flow.db().write(), seqs.clone(), flow.clock().now()).await?;
    }
    sabotage::crash("relay-before-publish");
    let outcomes = bus.publish(&events).await;
    sabotage::crash("relay-after-publish");
    let mut sent = Vec::with_capacity(seqs.len());
    let mut failed = None;
    for ((seq, event), outcome) in seqs.iter().zip(&events).zip(outcomes) {
        match outcome {
            Ok(()) => sent.push(*seq),
            Err(error) => {
                failed
                    .get_or_insert_with(|| error.context(format!("{} of {} was not taken", event.kind, event.subject)));
            }
        }
    }
    let bytes: u64 = events.iter().map(|event| event.payload.len() as u64).sum();
    let full = seqs.len() as u64 == BATCH || bytes >= BATCH_BYTES;
    if !sent.is_empty() {
        outbox::sent(to, sent, flow.clock().now()).await?;
        sabotage::crash("relay-marked");
    }
    match failed {
        Some(error) => {
            tracing::warn!(error = %format!("{error:#}"), "unsent events stay in the outbox");
            tokio::time::sleep(Duration::from_millis(500)).await;
            Ok(false)
        }
        None => Ok(full),
    }
}
