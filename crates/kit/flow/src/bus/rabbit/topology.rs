//! What must stand at the broker: one topic exchange, one quorum queue a service, one for its dead letters. Declaring is
//! repeatable, so whoever comes first does it and nothing is published into the void before a consumer's first start.

use contract::EventType;
use lapin::{
    Channel, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};

/// The broker's own limit. Failing handlers are counted by the consumer (`DELIVERY_LIMIT`); this one is the net for
/// events that take the whole process down, and must let an event survive some restarts of an innocent one.
const BROKER_LIMIT: i64 = 20;
/// Dead letters are looked at by getting and putting back, which must not use up any limit.
const NO_LIMIT: i64 = 1_000_000;

/// The names of our exchanges and queues.
#[derive(Clone)]
pub(super) struct Topology(String);

impl Topology {
    pub(super) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The exchange all facts go to.
    pub(super) fn exchange(&self) -> String {
        self.0.clone()
    }

    /// The exchange dead letters go to, by service.
    pub(super) fn dead_exchange(&self) -> String {
        format!("{}.dead", self.0)
    }

    /// A service's queue.
    pub(super) fn queue(&self, service: &str) -> String {
        format!("{}.{service}", self.0)
    }

    /// A service's dead letters.
    pub(super) fn dead_queue(&self, service: &str) -> String {
        format!("{}.{service}.dead", self.0)
    }

    /// Everything the table of subscriptions says: for publishers.
    pub(super) async fn declare_all(&self, channel: &Channel) -> lapin::Result<()> {
        self.declare_exchanges(channel).await?;
        let subscriptions = contract::subscriptions();
        let mut services: Vec<&str> = subscriptions.iter().flat_map(|(_, services)| services.iter().copied()).collect();
        services.sort_unstable();
        services.dedup();
        for service in services {
            self.declare_queues(channel, service, &contract::subscribed_by(service)).await?;
        }
        Ok(())
    }

    /// One service's part of it.
    pub(super) async fn declare_for(&self, channel: &Channel, service: &str, kinds: &[EventType]) -> lapin::Result<()> {
        self.declare_exchanges(channel).await?;
        self.declare_queues(channel, service, kinds).await
    }

    async fn declare_exchanges(&self, channel: &Channel) -> lapin::Result<()> {
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        channel.exchange_declare(self.exchange().into(), ExchangeKind::Topic, durable, table([])).await?;
        channel.exchange_declare(self.dead_exchange().into(), ExchangeKind::Direct, durable, table([])).await
    }

    async fn declare_queues(&self, channel: &Channel, service: &str, kinds: &[EventType]) -> lapin::Result<()> {
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        let bound = QueueBindOptions::default();
        let (queue, dead) = (self.queue(service), self.dead_queue(service));
        let unlimited = table([("x-queue-type", text("quorum")), ("x-delivery-limit", NO_LIMIT.into())]);
        channel.queue_declare(dead.as_str().into(), durable, unlimited).await?;
        channel.queue_bind(dead.into(), self.dead_exchange().into(), service.into(), bound, table([])).await?;
        let limited = table([
            ("x-queue-type", text("quorum")),
            ("x-delivery-limit", BROKER_LIMIT.into()),
            ("x-single-active-consumer", true.into()),
            ("x-dead-letter-exchange", text(&self.dead_exchange())),
            ("x-dead-letter-routing-key", text(service)),
            ("x-dead-letter-strategy", text("at-least-once")),
            ("x-overflow", text("reject-publish")),
        ]);
        channel.queue_declare(queue.as_str().into(), durable, limited).await?;
        for kind in kinds {
            let key = kind.as_str().into();
            channel.queue_bind(queue.as_str().into(), self.exchange().into(), key, bound, table([])).await?;
        }
        Ok(())
    }
}

pub(super) fn table<const N: usize>(entries: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in entries {
        table.insert(name.into(), value);
    }
    table
}

pub(super) fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}
