//! The broker, looked at from outside: how much lies in its queues, which letters are dead, and events told again.

use std::time::Duration;

use anyhow::Context as _;
use flow::{Bus as _, DeadLetter, Event, RabbitBus};
use futures::StreamExt as _;
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties,
    options::{BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions},
    types::FieldTable,
};
use tokio::time::timeout;

/// After so long nothing more is in a queue.
const SILENCE: Duration = Duration::from_secs(2);

/// The services that subscribe to anything.
pub const SUBSCRIBERS: [&str; 5] = ["identity", "billing", "membership", "voucher", "notification"];

/// See the module.
pub struct Broker {
    amqp: String,
    name: String,
    bus: RabbitBus,
}

impl Broker {
    /// The things of this name at this broker.
    pub fn new(amqp: &str, name: &str) -> anyhow::Result<Self> {
        Ok(Self { amqp: amqp.to_owned(), name: name.to_owned(), bus: RabbitBus::named(amqp, name)? })
    }

    /// A channel of our own; its connection ends with it.
    pub async fn channel(&self) -> anyhow::Result<(Connection, Channel)> {
        let connection = Connection::connect(&self.amqp, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok((connection, channel))
    }

    /// The queue of a service.
    pub fn queue(&self, service: &str) -> String {
        format!("{}.{service}", self.name)
    }

    /// What lies in a queue, ready to be delivered.
    pub async fn waiting(&self, queue: &str) -> anyhow::Result<u32> {
        let (_connection, channel) = self.channel().await?;
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        Ok(channel.queue_declare(queue.into(), passive, FieldTable::default()).await?.message_count())
    }

    /// What waits for each service, and lies among its dead letters.
    pub async fn counts(&self) -> anyhow::Result<Vec<(&'static str, u32, u32)>> {
        let (_connection, channel) = self.channel().await?;
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        let mut counts = Vec::new();
        for service in SUBSCRIBERS {
            let mut both = [0, 0];
            for (count, queue) in both.iter_mut().zip([self.queue(service), format!("{}.dead", self.queue(service))]) {
                let declared = channel.queue_declare(queue.into(), passive, FieldTable::default()).await?;
                *count = declared.message_count();
            }
            counts.push((service, both[0], both[1]));
        }
        Ok(counts)
    }

    /// The dead letters of a service.
    pub async fn dead(&self, service: &str) -> anyhow::Result<Vec<DeadLetter>> {
        self.bus.dead_letters(service, 10_000).await
    }

    /// Tells events (again), as the relay does; every one must be taken.
    pub async fn tell(&self, events: &[Event]) -> anyhow::Result<()> {
        for part in events.chunks(500) {
            for outcome in self.bus.publish(part).await {
                outcome.context("telling again")?;
            }
        }
        Ok(())
    }

    /// Takes a binding away, as a hand slips.
    pub async fn unbind(&self, service: &str, kind: &str) -> anyhow::Result<()> {
        let (_connection, channel) = self.channel().await?;
        let queue = self.queue(service);
        channel.queue_unbind(queue.into(), self.name.as_str().into(), kind.into(), FieldTable::default()).await?;
        Ok(())
    }

    /// Takes everything out of a service's queue that nobody consumes at the moment.
    pub async fn drain(&self, service: &str, most: usize) -> anyhow::Result<Vec<(Vec<u8>, BasicProperties)>> {
        let (connection, channel) = self.channel().await?;
        let options = BasicConsumeOptions::default();
        let queue = self.queue(service);
        let mut deliveries = channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await?;
        let mut out = Vec::new();
        while out.len() < most
            && let Ok(Some(delivery)) = timeout(SILENCE, deliveries.next()).await
        {
            let delivery = delivery?;
            delivery.ack(BasicAckOptions::default()).await?;
            out.push((delivery.data.clone(), delivery.properties.clone()));
        }
        connection.close(200, "done".into()).await?;
        Ok(out)
    }

    /// Puts messages into a service's queue, in this order.
    pub async fn put(&self, service: &str, messages: &[(Vec<u8>, BasicProperties)]) -> anyhow::Result<()> {
        let (connection, channel) = self.channel().await?;
        for (data, properties) in messages {
            let options = BasicPublishOptions { mandatory: true, ..Default::default() };
            let queue = self.queue(service);
            channel.basic_publish("".into(), queue.into(), options, data, properties.clone()).await?.await?;
        }
        connection.close(200, "done".into()).await?;
        Ok(())
    }
}
