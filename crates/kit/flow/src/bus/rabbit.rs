//! The bus over RabbitMQ. What it rests on stands in `README.md`, one line a fact: durable topology declared by publisher
//! and consumer alike, confirms, `mandatory`, one connection to publish and one to consume, an own reconnect loop.

mod consume;
mod dead;
mod envelope;
mod publish;
mod topology;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use contract::EventType;
use lapin::{Connection, ConnectionProperties, uri::AMQPUri};
use tokio::{sync::oneshot, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::{publish::Publisher, topology::Topology};
use super::{Bus, Consumer, DeadLetter};
use crate::Event;

/// Longest wait for the broker to answer anything: a confirm, a connection. A broker with an alarm answers nothing.
const PATIENCE: Duration = Duration::from_secs(5);
/// Seconds between heartbeats: a silent peer is given up after twice that.
const HEARTBEAT: u16 = 10;
/// Longest wait of a starting service for its subscription; after that it goes on in the background.
const FIRST_SUBSCRIPTION: Duration = Duration::from_secs(10);

/// See the module.
pub struct RabbitBus {
    broker: Broker,
    publisher: Publisher,
}

/// Where the broker is, and what our things are called there.
#[derive(Clone)]
struct Broker {
    uri: AMQPUri,
    topology: Topology,
}

impl RabbitBus {
    /// At `amqp://user:password@host:port/vhost`. Connects when first needed.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        Self::named(url, "dure")
    }

    /// The same under another name, so that several can share a broker: tests.
    pub fn named(url: &str, name: &str) -> anyhow::Result<Self> {
        // The address holds a password: it is not repeated in the error.
        let mut uri: AMQPUri = url.parse().map_err(|_| anyhow::anyhow!("the bus address is not an amqp:// URL"))?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        let broker = Broker { uri, topology: Topology::named(name) };
        Ok(Self { publisher: Publisher::new(broker.clone()), broker })
    }
}

impl Broker {
    async fn connect(&self, purpose: &str) -> anyhow::Result<Connection> {
        let named = ConnectionProperties::default().with_connection_name(format!("dure {purpose}").into());
        timeout(PATIENCE, Connection::connect_uri(self.uri.clone(), named))
            .await
            .context("the broker does not answer")?
            .context("the broker is not there")
    }
}

#[async_trait::async_trait]
impl Bus for RabbitBus {
    async fn publish(&self, events: &[Event]) -> Vec<anyhow::Result<()>> {
        self.publisher.publish(events).await
    }

    async fn subscribe(
        &self,
        service: &'static str,
        kinds: Vec<EventType>,
        consumer: Arc<dyn Consumer>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let (stands, standing) = oneshot::channel();
        let subscription = consume::Subscription { broker: self.broker.clone(), service, kinds, consumer, stop };
        tokio::spawn(subscription.keep(stands));
        if timeout(FIRST_SUBSCRIPTION, standing).await.is_err() {
            tracing::warn!(service, "no broker yet: subscribing goes on in the background");
        }
        Ok(())
    }

    async fn dead_letters(&self, service: &str, most: usize) -> anyhow::Result<Vec<DeadLetter>> {
        dead::list(&self.publisher, &self.broker.topology, service, most).await
    }

    async fn settle_dead_letter(&self, service: &str, event: Uuid, replay: bool) -> anyhow::Result<bool> {
        dead::settle(&self.publisher, &self.broker.topology, service, event, replay).await
    }

    async fn ping(&self) -> anyhow::Result<()> {
        self.publisher.link().await.map(drop)
    }
}
