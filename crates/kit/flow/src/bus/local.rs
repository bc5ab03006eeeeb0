//! The bus inside one process: an event is published once every subscriber has applied or buried it, so the outbox is
//! its only memory and a crash delivers again.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use contract::EventType;
use tokio::sync::{Mutex, RwLock};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Bus, Consumer, DELIVERY_LIMIT, DeadLetter, Taken, take};
use crate::Event;

/// How long before a failed delivery is tried again; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(20);
/// How long before a consumer whose database is away is asked again.
const AWAY_WAIT: Duration = Duration::from_millis(200);

/// See the module.
#[derive(Default)]
pub struct LocalBus {
    subscribers: RwLock<HashMap<&'static str, Subscriber>>,
    dead: Mutex<HashMap<String, VecDeque<DeadLetter>>>,
}

#[derive(Clone)]
struct Subscriber {
    kinds: Vec<EventType>,
    consumer: Arc<dyn Consumer>,
    stop: CancellationToken,
}

impl LocalBus {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    async fn deliver(&self, service: &'static str, to: &Subscriber, event: &Event) -> anyhow::Result<()> {
        let (mut tries, mut wait) = (0, FIRST_WAIT);
        loop {
            anyhow::ensure!(!to.stop.is_cancelled(), "{service} is stopping");
            match take(to.consumer.as_ref(), event).await {
                Taken::Done => return Ok(()),
                Taken::Away => tokio::time::sleep(AWAY_WAIT).await,
                Taken::Failed(reason) if tries == DELIVERY_LIMIT => {
                    tracing::error!(service, kind = %event.kind, subject = event.subject, reason, "dead letter");
                    let letter = DeadLetter { event: event.clone(), reason };
                    self.dead.lock().await.entry(service.to_owned()).or_default().push_back(letter);
                    return Ok(());
                }
                Taken::Failed(reason) => {
                    tracing::warn!(service, kind = %event.kind, reason, tries, "delivery failed");
                    tries += 1;
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
            }
        }
    }
}

#[async_trait::async_trait]
impl Bus for LocalBus {
    async fn publish(&self, events: &[Event]) -> Vec<anyhow::Result<()>> {
        let subscribers = self.subscribers.read().await.clone();
        let mut outcomes = Vec::with_capacity(events.len());
        for event in events {
            let mut outcome = Ok(());
            for (service, subscriber) in subscribers.iter().filter(|(_, s)| s.kinds.contains(&event.kind)) {
                outcome = outcome.and(self.deliver(service, subscriber, event).await);
            }
            // A service that is known to subscribe but is not up yet (or is stopping) still gets it later.
            for missing in contract::subscribers(&event.kind).filter(|s| !subscribers.contains_key(s)) {
                if !subscribers.is_empty() && outcome.is_ok() {
                    outcome = Err(anyhow::anyhow!("{missing} does not take events yet"));
                }
            }
            outcomes.push(outcome);
        }
        outcomes
    }

    async fn subscribe(
        &self,
        service: &'static str,
        kinds: Vec<EventType>,
        consumer: Arc<dyn Consumer>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        self.subscribers.write().await.insert(service, Subscriber { kinds, consumer, stop });
        Ok(())
    }

    async fn dead_letters(&self, service: &str, most: usize) -> anyhow::Result<Vec<DeadLetter>> {
        Ok(self.dead.lock().await.get(service).map(|d| d.iter().take(most).cloned().collect()).unwrap_or_default())
    }

    async fn settle_dead_letter(&self, service: &str, event: Uuid, replay: bool) -> anyhow::Result<bool> {
        let letter = {
            let mut dead = self.dead.lock().await;
            let Some(letters) = dead.get_mut(service) else { return Ok(false) };
            let Some(at) = letters.iter().position(|l| l.event.id == event) else { return Ok(false) };
            letters.remove(at)
        };
        let found = self.subscribers.read().await.get_key_value(service).map(|(name, s)| (*name, s.clone()));
        if let (true, Some(letter), Some((service, subscriber))) = (replay, letter, found) {
            self.deliver(service, &subscriber, &letter.event).await?;
        }
        Ok(true)
    }

    async fn ping(&self) -> anyhow::Result<()> {
        Ok(())
    }
}
