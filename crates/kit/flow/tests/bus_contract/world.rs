//! The buses under test, a consumer that writes down what it gets, and waiting with an end.

use std::{
    env,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::Utc;
use flow::{Bus, Consumer, DeadLetter, Event, LocalBus, RabbitBus, Taken};
use lapin::{Connection, ConnectionProperties, options::QueueDeleteOptions};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A fact of the table of subscriptions, and its only subscriber.
pub const KIND: &str = "dure.billing.order_paid.v1";
pub const SERVICE: &str = "membership";
const PATIENCE: Duration = Duration::from_secs(30);

/// A bus of its own.
pub struct World {
    pub name: &'static str,
    pub bus: Arc<dyn Bus>,
    at: Option<(String, String)>,
}

impl World {
    /// Both, or the local one alone where no broker is named.
    pub fn all() -> Vec<Self> {
        let local = Self { name: "local", bus: Arc::new(LocalBus::new()), at: None };
        [Some(local), broker_url().map(|url| Self::rabbit(&url, &unique()))].into_iter().flatten().collect()
    }

    /// RabbitMQ reached at `url`, under a name.
    pub fn rabbit(url: &str, name: &str) -> Self {
        let bus = Arc::new(RabbitBus::named(url, name).expect("an amqp:// URL"));
        Self { name: "rabbit", bus, at: Some((url.to_owned(), name.to_owned())) }
    }

    pub async fn subscribe(&self, scribe: &Scribe) -> CancellationToken {
        let stop = CancellationToken::new();
        let kinds = vec![KIND.to_owned().into()];
        self.bus.subscribe(SERVICE, kinds, Arc::new(scribe.clone()), stop.clone()).await.expect("subscribed");
        stop
    }

    /// Waits for so many dead letters.
    pub async fn dead_letters(&self, count: usize) -> Vec<DeadLetter> {
        let end = Instant::now() + PATIENCE;
        loop {
            let letters = self.bus.dead_letters(SERVICE, 10).await.expect("dead letters");
            if letters.len() >= count {
                return letters;
            }
            assert!(Instant::now() < end, "{}: only {} dead letters", self.name, letters.len());
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Leaves the broker as it was.
    pub async fn tidy(self) {
        let Some((url, name)) = self.at else { return };
        let connection = Connection::connect(&url, ConnectionProperties::default()).await.expect("the broker");
        let channel = connection.create_channel().await.expect("a channel");
        let subscriptions = contract::subscriptions();
        for service in subscriptions.iter().flat_map(|(_, services)| services.iter()) {
            for queue in [format!("{name}.{service}"), format!("{name}.{service}.dead")] {
                channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.expect("deleted");
            }
        }
        for exchange in [name.clone(), format!("{name}.dead")] {
            channel.exchange_delete(exchange.into(), Default::default()).await.expect("deleted");
        }
    }
}

/// Where the broker is, if one is named.
pub fn broker_url() -> Option<String> {
    env::var("DURE_TEST_AMQP").ok().filter(|url| !url.is_empty())
}

/// A name nobody else uses.
pub fn unique() -> String {
    format!("dure-test-{}", Uuid::now_v7())
}

pub fn event(kind: &str, subject: &str, version: i64) -> Event {
    Event {
        id: Uuid::now_v7(),
        kind: kind.to_owned().into(),
        source: "billing".into(),
        subject: subject.into(),
        version,
        time: Utc::now(),
        trace: None,
        payload: vec![0, 159, 146, 150],
    }
}

/// As the relay does: what was not taken goes out again, in order.
pub async fn publish_until_taken(bus: &dyn Bus, events: &[Event]) {
    let end = Instant::now() + PATIENCE;
    let mut left = events.to_vec();
    while !left.is_empty() {
        let outcomes = bus.publish(&left).await;
        let mut outcomes = outcomes.into_iter();
        left.retain(|_| outcomes.next().is_none_or(|outcome| outcome.is_err()));
        assert!(Instant::now() < end, "{} events are not taken", left.len());
        if !left.is_empty() {
            sleep(Duration::from_millis(100)).await;
        }
    }
}

pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "in vain: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

type Answer = dyn Fn(&Event, usize) -> Taken + Send + Sync;

/// Answers as told and writes down what it got.
#[derive(Clone)]
pub struct Scribe {
    answer: Arc<Answer>,
    taken: Arc<Mutex<Vec<Event>>>,
    applied: Arc<Mutex<Vec<Event>>>,
}

impl Scribe {
    /// `answer` gets the event and which delivery of it this is, from 1.
    pub fn new(answer: impl Fn(&Event, usize) -> Taken + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), taken: Arc::default(), applied: Arc::default() }
    }

    pub fn applied(&self) -> Vec<Event> {
        self.applied.lock().expect("no panic while held").clone()
    }

    pub fn versions_of(&self, subject: &str) -> Vec<i64> {
        self.applied().iter().filter(|e| e.subject == subject).map(|e| e.version).collect()
    }

    pub fn tries_of(&self, event: &Event) -> usize {
        self.taken.lock().expect("no panic while held").iter().filter(|e| e.id == event.id).count()
    }
}

#[async_trait::async_trait]
impl Consumer for Scribe {
    async fn take(&self, event: &Event) -> Taken {
        self.taken.lock().expect("no panic while held").push(event.clone());
        let answer = (self.answer)(event, self.tries_of(event));
        sleep(Duration::from_millis(1)).await;
        if matches!(answer, Taken::Done) {
            self.applied.lock().expect("no panic while held").push(event.clone());
        }
        answer
    }
}
