//! A bus that records what was told, and delivers a service's own facts back to it.

use std::sync::Arc;

use contract::{EventType, Fact};
use flow::{Bus, Consumer, DeadLetter, Event, Taken};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What the service subscribes to, and who takes it.
type Subscription = (Vec<EventType>, Arc<dyn Consumer>);

/// See the module.
#[derive(Default)]
pub struct RecordingBus {
    told: Mutex<Vec<Event>>,
    consumer: Mutex<Option<Subscription>>,
}

impl RecordingBus {
    /// Every fact of this kind that was told, in order.
    pub async fn told<F: Fact>(&self) -> Vec<F> {
        self.pick(|_| true).await
    }

    /// The same about one subject.
    pub async fn told_of<F: Fact>(&self, subject: &str) -> Vec<F> {
        self.pick(|event| event.subject == subject).await
    }

    async fn pick<F: Fact>(&self, which: impl Fn(&Event) -> bool) -> Vec<F> {
        let told = self.told.lock().await;
        let told = told.iter().filter(|event| event.kind == F::event_type() && which(event));
        told.map(|event| event.fact::<F>().expect("our own bytes")).collect()
    }

    /// Gives the service an event, as its broker would.
    pub async fn hand(&self, event: &Event) -> Taken {
        let consumer = self.consumer.lock().await.clone();
        match consumer {
            Some((_, consumer)) => consumer.take(event).await,
            None => Taken::Failed("nobody subscribed".into()),
        }
    }
}

#[async_trait::async_trait]
impl Bus for RecordingBus {
    async fn publish(&self, events: &[Event]) -> Vec<anyhow::Result<()>> {
        let consumer = self.consumer.lock().await.clone();
        let mut outcomes = Vec::new();
        for event in events {
            let mut outcome = Ok(());
            if let Some((kinds, consumer)) = &consumer
                && kinds.contains(&event.kind)
                && let Taken::Failed(reason) = consumer.take(event).await
            {
                outcome = Err(anyhow::anyhow!(reason));
            }
            if outcome.is_ok() {
                self.told.lock().await.push(event.clone());
            }
            outcomes.push(outcome);
        }
        outcomes
    }

    async fn subscribe(
        &self,
        _service: &'static str,
        kinds: Vec<EventType>,
        consumer: Arc<dyn Consumer>,
        _stop: CancellationToken,
    ) -> anyhow::Result<()> {
        *self.consumer.lock().await = Some((kinds, consumer));
        Ok(())
    }

    async fn dead_letters(&self, _service: &str, _most: usize) -> anyhow::Result<Vec<DeadLetter>> {
        Ok(Vec::new())
    }

    async fn settle_dead_letter(&self, _service: &str, _event: Uuid, _replay: bool) -> anyhow::Result<bool> {
        Ok(false)
    }

    async fn ping(&self) -> anyhow::Result<()> {
        Ok(())
    }
}
