//! Publishing: a batch goes out at once, then every confirm is waited for. An event is told only when the broker has
//! confirmed it and did not give it back; whatever else happens, it stays in the outbox and goes out again.

use std::{collections::HashSet, sync::Arc};

use anyhow::{Context as _, anyhow, bail};
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, PublisherConfirm,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use tokio::{sync::Mutex, time::timeout};

use super::{Broker, PATIENCE, envelope};
use crate::Event;

/// Publishes over one connection, opened when first needed and thrown away at the first fault.
pub(super) struct Publisher {
    broker: Broker,
    link: Mutex<Option<Link>>,
}

/// A connection whose topology stands, with a channel that confirms.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) connection: Arc<Connection>,
    channel: Channel,
}

impl Publisher {
    pub(super) fn new(broker: Broker) -> Self {
        Self { broker, link: Mutex::new(None) }
    }

    /// The link, made anew if there is none that works.
    pub(super) async fn link(&self) -> anyhow::Result<Link> {
        let mut kept = self.link.lock().await;
        if let Some(link) =
            kept.as_ref().filter(|l| l.connection.status().connected() && l.channel.status().connected())
        {
            return Ok(link.clone());
        }
        *kept = None;
        let connection = self.broker.connect("publish").await?;
        let ready = async {
            let channel = connection.create_channel().await?;
            self.broker.topology.declare_all(&channel).await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            anyhow::Ok(channel)
        };
        let channel = timeout(PATIENCE, ready).await.context("the broker does not answer")??;
        let link = Link { connection: Arc::new(connection), channel };
        *kept = Some(link.clone());
        Ok(link)
    }

    /// In order; one outcome each.
    pub(super) async fn publish(&self, events: &[Event]) -> Vec<anyhow::Result<()>> {
        let link = match self.link().await {
            Ok(link) => link,
            Err(error) => return events.iter().map(|_| Err(anyhow!("{error:#}"))).collect(),
        };
        let confirms = self.send_all(&link.channel, events).await;
        let mut outcomes = Vec::with_capacity(events.len());
        let mut lost_patience = false;
        let mut held_back = HashSet::new();
        for (event, sent) in events.iter().zip(confirms) {
            let mut outcome = match sent {
                Ok(_) if lost_patience => Err(anyhow!("an earlier confirm did not come")),
                Ok(confirm) => confirmed(confirm).await,
                Err(error) => Err(error),
            };
            lost_patience |= is_time_out(&outcome);
            // What follows a failed one of the same subject is told again after it: order per subject.
            if outcome.is_err() {
                held_back.insert(event.subject.as_str());
            } else if held_back.contains(event.subject.as_str()) {
                outcome = Err(anyhow!("an earlier event of its subject was not taken"));
            }
            outcomes.push(outcome);
        }
        if outcomes.iter().any(Result::is_err) {
            self.give_up(&link).await;
        }
        outcomes
    }

    async fn send_all(&self, channel: &Channel, events: &[Event]) -> Vec<anyhow::Result<PublisherConfirm>> {
        let exchange = self.broker.topology.exchange();
        let mut sent = Vec::with_capacity(events.len());
        let mut broken = false;
        for event in events {
            // A fact nobody subscribes to has no queue: nothing to insist on.
            let mandatory = contract::subscribers(&event.kind).next().is_some();
            let properties = envelope::properties(event);
            sent.push(if broken {
                Err(anyhow!("an earlier event was not sent"))
            } else {
                send(channel, &exchange, event.kind.as_str(), mandatory, &event.payload, properties).await
            });
            broken = sent.last().is_some_and(Result::is_err);
        }
        sent
    }

    /// The next one begins with a new connection, and so with the topology declared again.
    async fn give_up(&self, link: &Link) {
        let mut kept = self.link.lock().await;
        if kept.as_ref().is_some_and(|k| Arc::ptr_eq(&k.connection, &link.connection)) {
            *kept = None;
        }
    }
}

async fn send(
    channel: &Channel,
    exchange: &str,
    key: &str,
    mandatory: bool,
    payload: &[u8],
    properties: BasicProperties,
) -> anyhow::Result<PublisherConfirm> {
    let options = BasicPublishOptions { mandatory, ..Default::default() };
    let sending = channel.basic_publish(exchange.into(), key.into(), options, payload, properties);
    timeout(PATIENCE, sending).await.map_err(|_| TimeOut)?.context("the broker went away")
}

/// Sends one message somebody must get, and waits until it is safe.
pub(super) async fn send_surely(
    channel: &Channel,
    exchange: &str,
    key: &str,
    payload: &[u8],
    properties: BasicProperties,
) -> anyhow::Result<()> {
    confirmed(send(channel, exchange, key, true, payload, properties).await?).await
}

/// A confirm can carry a returned message: that one reached no queue.
async fn confirmed(confirm: PublisherConfirm) -> anyhow::Result<()> {
    match timeout(PATIENCE, confirm).await.map_err(|_| TimeOut)?.context("the broker went away")? {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned)) => {
            bail!("the broker gave it back: {}", returned.reply_text)
        }
        Confirmation::Nack(None) => bail!("the broker refused it"),
        Confirmation::NotRequested => bail!("the channel does not confirm"),
    }
}

#[derive(Debug)]
struct TimeOut;

impl std::fmt::Display for TimeOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the broker did not confirm in time")
    }
}

impl std::error::Error for TimeOut {}

fn is_time_out(outcome: &anyhow::Result<()>) -> bool {
    outcome.as_ref().is_err_and(|error| error.is::<TimeOut>())
}
