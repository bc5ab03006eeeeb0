//! The bus between services: at least once, in order per subject, poison to the dead letters. Two of them keep the same
//! contract: RabbitMQ, and one inside the process.

pub mod local;
pub mod rabbit;

use std::{panic::AssertUnwindSafe, sync::Arc};

use contract::EventType;
use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Event;

/// After so many failed tries (one more than the limit) an event is a dead letter.
pub const DELIVERY_LIMIT: u32 = 5;

/// What became of a delivery.
#[derive(Debug)]
pub enum Taken {
    /// Its effect is committed (or was before).
    Done,
    /// It failed; try again up to the limit.
    Failed(String),
    /// The consumer's database is away: wait and try again, without counting.
    Away,
}

/// Takes events for one service.
#[async_trait::async_trait]
pub trait Consumer: Send + Sync {
    /// Applies one event.
    async fn take(&self, event: &Event) -> Taken;
}

/// A handler that panics has failed; the bus lives on.
async fn take(consumer: &dyn Consumer, event: &Event) -> Taken {
    let taking = AssertUnwindSafe(consumer.take(event)).catch_unwind();
    taking.await.unwrap_or_else(|_| Taken::Failed("the handler panicked".to_owned()))
}

/// An event that was given up, and why.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// The event.
    pub event: Event,
    /// Why its last try failed.
    pub reason: String,
}

/// Carries events from a relay to the services that subscribe to them.
#[async_trait::async_trait]
pub trait Bus: Send + Sync {
    /// Publishes in order; one outcome each. `Ok` only once every subscriber is sure to get it.
    async fn publish(&self, events: &[Event]) -> Vec<anyhow::Result<()>>;

    /// Delivers what `service` subscribes to until stopped. Returns once the subscription stands.
    async fn subscribe(
        &self,
        service: &'static str,
        kinds: Vec<EventType>,
        consumer: Arc<dyn Consumer>,
        stop: CancellationToken,
    ) -> anyhow::Result<()>;

    /// The dead letters of a service, oldest first.
    async fn dead_letters(&self, service: &str, most: usize) -> anyhow::Result<Vec<DeadLetter>>;

    /// Takes one from the dead letters: delivered again (`replay`), or discarded. False if it is not there.
    async fn settle_dead_letter(&self, service: &str, event: Uuid, replay: bool) -> anyhow::Result<bool>;

    /// Whether it can take events now.
    async fn ping(&self) -> anyhow::Result<()>;
}
