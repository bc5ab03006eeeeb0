//! Dead letters: looked at by getting them and putting them back, settled by taking one out.

use anyhow::Context as _;
use lapin::{
    Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicGetOptions, BasicNackOptions, ConfirmSelectOptions},
};
use uuid::Uuid;

use super::{
    envelope,
    publish::{Publisher, send_surely},
    topology::Topology,
};
use crate::DeadLetter;

/// So many are looked through for one.
const MOST: usize = 10_000;

pub(super) async fn list(
    publisher: &Publisher,
    topology: &Topology,
    service: &str,
    most: usize,
) -> anyhow::Result<Vec<DeadLetter>> {
    let channel = open(publisher).await?;
    let mut letters = Vec::new();
    while letters.len() < most {
        let Some(got) = get(&channel, topology, service).await? else { break };
        // What is no event of ours stays where it is, for an operator with the broker's own tools.
        if let Ok(event) = envelope::event(&got.properties, &got.data) {
            letters.push(DeadLetter { event, reason: envelope::reason(&got.properties) });
        }
    }
    put_back(&channel).await?;
    Ok(letters)
}

pub(super) async fn settle(
    publisher: &Publisher,
    topology: &Topology,
    service: &str,
    event: Uuid,
    replay: bool,
) -> anyhow::Result<bool> {
    let channel = open(publisher).await?;
    let wanted = event.to_string();
    let mut found = false;
    for _ in 0..MOST {
        let Some(got) = get(&channel, topology, service).await? else { break };
        if got.properties.message_id().as_ref().is_none_or(|id| id.as_str() != wanted) {
            continue;
        }
        if replay {
            // To this service alone, and without what it went through: only the safe copy lets the old one go.
            let event = envelope::event(&got.properties, &got.data)?;
            let (queue, fresh) = (topology.queue(service), envelope::properties(&event));
            send_surely(&channel, "", &queue, &event.payload, fresh).await?;
        }
        got.ack(BasicAckOptions::default()).await?;
        found = true;
        break;
    }
    put_back(&channel).await?;
    Ok(found)
}

async fn open(publisher: &Publisher) -> anyhow::Result<Channel> {
    let channel = publisher.link().await?.connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok(channel)
}

async fn get(channel: &Channel, topology: &Topology, service: &str) -> anyhow::Result<Option<Delivery>> {
    let queue = topology.dead_queue(service).into();
    let got = channel.basic_get(queue, BasicGetOptions::default()).await.context("reading dead letters")?;
    Ok(got.map(|message| message.delivery))
}

/// All that were got and not settled, in one go, at the front where they were.
async fn put_back(channel: &Channel) -> anyhow::Result<()> {
    let all = BasicNackOptions { multiple: true, requeue: true };
    channel.basic_nack(0, all).await?;
    channel.close(200, "done".into()).await?;
    Ok(())
}
