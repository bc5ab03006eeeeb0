//! What RabbitMQ and PostgreSQL do without Dure: messages published with batched confirms to a quorum queue, taken by a
//! consumer that inserts one row for each and acknowledges it; and the way of one message there and back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use futures::{StreamExt as _, TryStreamExt as _};
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
        QueueDeclareOptions, QueueDeleteOptions,
    },
    types::{AMQPValue, FieldTable},
};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};
use uuid::Uuid;

use crate::load::{nanos, per_second};

/// Confirmed together.
const BATCH: usize = 500;
/// Unacknowledged at the consumer, and rows inserted at once: as Dure's consumer has them.
const PREFETCH: u16 = 200;
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(10);

/// A quorum queue with a connection to publish and one to consume.
pub struct Queue {
    name: String,
    connections: [Connection; 2],
    publish: Channel,
}

impl Queue {
    /// A new one.
    pub async fn declare(url: &str) -> anyhow::Result<Self> {
        let name = format!("bench.{}", Uuid::new_v4());
        let connect = || Connection::connect(url, ConnectionProperties::default());
        let connections = [connect().await?, connect().await?];
        let publish = connections[0].create_channel().await?;
        publish.confirm_select(ConfirmSelectOptions::default()).await?;
        let mut quorum = FieldTable::default();
        quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        publish.queue_declare(name.as_str().into(), durable, quorum).await?;
        Ok(Self { name, connections, publish })
    }

    /// Leaves the broker as it was.
    pub async fn delete(self) -> anyhow::Result<()> {
        self.publish.queue_delete(self.name.as_str().into(), QueueDeleteOptions::default()).await?;
        for connection in self.connections {
            connection.close(200, "done".into()).await?;
        }
        Ok(())
    }

    async fn consume(&self) -> anyhow::Result<(Channel, lapin::Consumer)> {
        let channel = self.connections[1].create_channel().await?;
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let (name, tag) = (self.name.as_str().into(), "".into());
        let consumer = channel.basic_consume(name, tag, BasicConsumeOptions::default(), FieldTable::default()).await?;
        Ok((channel, consumer))
    }

    async fn publish(&self, body: &[u8]) -> anyhow::Result<lapin::PublisherConfirm> {
        let options = BasicPublishOptions { mandatory: true, ..Default::default() };
        let properties = BasicProperties::default().with_delivery_mode(2);
        Ok(self.publish.basic_publish("".into(), self.name.as_str().into(), options, body, properties).await?)
    }

    async fn publish_all(&self, body: &[u8], count: u64) -> anyhow::Result<()> {
        let mut left = usize::try_from(count)?;
        while left > 0 {
            let mut confirms = Vec::with_capacity(BATCH);
            for _ in 0..left.min(BATCH) {
                confirms.push(self.publish(body).await?);
            }
            left -= confirms.len();
            for confirm in confirms {
                let Confirmation::Ack(None) = confirm.await? else { bail!("the broker did not take a message") };
            }
        }
        Ok(())
    }

    /// How long each of so many messages takes, one after the other, until the consumer has it; nanoseconds.
    pub async fn round_trips(&self, count: usize) -> anyhow::Result<Vec<u64>> {
        let (channel, mut consumer) = self.consume().await?;
        let mut each = Vec::with_capacity(count);
        for _ in 0..count {
            let start = Instant::now();
            let confirm = self.publish(b"there and back").await?;
            let delivery = tokio::time::timeout(PATIENCE, consumer.next()).await?.context("no delivery")??;
            each.push(nanos(start.elapsed()));
            delivery.ack(BasicAckOptions::default()).await?;
            confirm.await?;
        }
        channel.close(200, "done".into()).await?;
        Ok(each)
    }
}

/// A table of its own in a database.
pub struct Table(DatabaseConnection);

impl Table {
    /// A new one.
    pub async fn create(url: &str) -> anyhow::Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(u32::try_from(AT_ONCE)?).sqlx_logging(false).test_before_acquire(false);
        let database = Database::connect(options).await?;
        let create = "CREATE TABLE bench_event (id uuid PRIMARY KEY, payload bytea NOT NULL, at timestamptz NOT NULL)";
        database.execute_unprepared(create).await?;
        Ok(Self(database))
    }

    /// Leaves the database as it was.
    pub async fn drop(self) -> anyhow::Result<()> {
        self.0.execute_unprepared("DROP TABLE bench_event").await?;
        Ok(self.0.close().await?)
    }

    async fn insert(&self, payload: Vec<u8>) -> anyhow::Result<()> {
        let values = [Uuid::now_v7().into(), payload.into()];
        let sql = "INSERT INTO bench_event (id, payload, at) VALUES ($1, $2, now())";
        self.0.execute_raw(Statement::from_sql_and_values(self.0.get_database_backend(), sql, values)).await?;
        Ok(())
    }
}

/// So many messages from the publisher to the table; rows a second, from the first on.
pub async fn carry(queue: &Queue, table: &Table, body: &[u8], count: u64) -> anyhow::Result<u64> {
    let (channel, consumer) = queue.consume().await?;
    let first = Arc::new(std::sync::OnceLock::new());
    let take = consumer.take(usize::try_from(count)?).map_err(anyhow::Error::from).try_for_each_concurrent(AT_ONCE, {
        let first = first.clone();
        move |delivery: lapin::message::Delivery| {
            let first = first.clone();
            async move {
                table.insert(delivery.data.clone()).await?;
                first.get_or_init(Instant::now);
                delivery.ack(BasicAckOptions::default()).await?;
                anyhow::Ok(())
            }
        }
    });
    let (published, taken) = futures::future::join(queue.publish_all(body, count), take).await;
    published?;
    taken?;
    let took = first.get().context("nothing came")?.elapsed();
    channel.close(200, "done".into()).await?;
    Ok(per_second(count - 1, took))
}
