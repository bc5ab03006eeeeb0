//! A simulated broker: it keeps what it took whatever dies, in order per subject and queue, and gives it at least once.
//! It breaks off in the middle of a batch, forgets to confirm, tells things twice and long after.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::EventType;
use flow::{Bus, Consumer, DeadLetter, Event};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{dice::Dice, service::Gate};

/// What the broker holds: service → subject → events, oldest first.
type Queues = BTreeMap<&'static str, BTreeMap<String, VecDeque<Event>>>;

/// The broker; lives as long as a run.
#[derive(Clone, Default)]
pub struct Broker(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    bound: BTreeMap<&'static str, Vec<EventType>>,
    queues: Queues,
    /// Everything it ever took.
    taken: Vec<Event>,
}

impl Broker {
    /// The queue of a service stands before the run begins.
    pub fn bind(&self, service: &'static str, kinds: Vec<EventType>) {
        self.lock().bound.insert(service, kinds);
    }

    /// The lanes of a service that are not empty.
    pub fn lanes(&self, service: &str) -> Vec<String> {
        let held = self.lock();
        let lanes = held.queues.get(service).into_iter().flatten();
        lanes.filter(|(_, lane)| !lane.is_empty()).map(|(subject, _)| subject.clone()).collect()
    }

    /// What a lane gives next; it stays until acknowledged.
    pub fn head(&self, service: &str, subject: &str) -> Option<Event> {
        self.lock().queues.get(service)?.get(subject)?.front().cloned()
    }

    /// A lane's head is done with.
    pub fn acknowledge(&self, service: &str, subject: &str) {
        if let Some(lane) = self.lock().queues.get_mut(service).and_then(|lanes| lanes.get_mut(subject)) {
            lane.pop_front();
        }
    }

    /// Tells one of the things it ever took again, long after.
    pub fn tell_again(&self, dice: &Dice) {
        let mut held = self.lock();
        if let Some(event) = (!held.taken.is_empty()).then(|| held.taken[dice.below(held.taken.len())].clone()) {
            dice.note(format_args!("broker tells {} {} again", event.subject, event.version));
            held.enqueue(&event);
        }
    }

    /// Everything it ever took.
    pub fn taken(&self) -> Vec<Event> {
        self.lock().taken.clone()
    }

    fn take(&self, event: &Event) {
        let mut held = self.lock();
        held.taken.push(event.clone());
        held.enqueue(event);
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn enqueue(&mut self, event: &Event) {
        for (service, _) in self.bound.iter().filter(|(_, kinds)| kinds.contains(&event.kind)) {
            let lanes = self.queues.entry(service).or_default();
            lanes.entry(event.subject.clone()).or_default().push_back(event.clone());
        }
    }
}

/// One service's way to the broker.
pub struct Wire {
    pub broker: Broker,
    pub dice: Dice,
    pub gate: Arc<Gate>,
}

#[async_trait::async_trait]
impl Bus for Wire {
    async fn publish(&self, events: &[Event]) -> Vec<anyhow::Result<()>> {
        let mut outcomes = Vec::with_capacity(events.len());
        let (mut broken, mut silent) = (false, false);
        for event in events {
            // As with RabbitMQ: what follows a failure on one connection has failed, too.
            broken |= self.dice.mishap(25);
            silent |= self.dice.mishap(25);
            if !broken {
                self.broker.take(event);
                self.dice.note(format_args!("broker takes {} {} of {}", event.subject, event.version, event.source));
                self.gate.pass("sending").await;
            }
            outcomes.push(if broken || silent { Err(anyhow::anyhow!("no confirm")) } else { Ok(()) });
        }
        outcomes
    }

    async fn subscribe(
        &self,
        _: &'static str,
        _: Vec<EventType>,
        _: Arc<dyn Consumer>,
        _: CancellationToken,
    ) -> anyhow::Result<()> {
        anyhow::bail!("the simulation delivers by itself")
    }

    async fn dead_letters(&self, _: &str, _: usize) -> anyhow::Result<Vec<DeadLetter>> {
        Ok(Vec::new())
    }

    async fn settle_dead_letter(&self, _: &str, _: Uuid, _: bool) -> anyhow::Result<bool> {
        Ok(false)
    }

    async fn ping(&self) -> anyhow::Result<()> {
        Ok(())
    }
}
