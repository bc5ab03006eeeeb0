//! Events as they stand in the outboxes, to be told again.

use anyhow::Context as _;
use chrono::DateTime;
use flow::Event;
use rand::{Rng as _, rngs::StdRng};

use crate::stage::World;

/// Events somebody subscribes to, of every service, oldest first; at most so many of each.
pub async fn events(world: &World, most: u64) -> anyhow::Result<Vec<Event>> {
    let mut events = Vec::new();
    for (service, sql) in world.sql.all() {
        let question = format!(
            "SELECT concat_ws(' ', event_id, kind, version, EXTRACT(EPOCH FROM told_at) * 1000000, encode(payload, 'hex'), subject) \
             FROM (SELECT * FROM flow_outbox WHERE sent_at IS NOT NULL ORDER BY seq DESC LIMIT {most}) AS newest ORDER BY seq"
        );
        for row in sql.texts(&question).await? {
            let event = read(service, &row)?;
            if contract::subscribers(&event.kind).next().is_some() {
                events.push(event);
            }
        }
    }
    Ok(events)
}

fn read(service: &str, row: &str) -> anyhow::Result<Event> {
    let mut words = row.splitn(6, ' ');
    let mut word = || words.next().context("a column");
    let (id, kind, version, micros) = (word()?.parse()?, word()?.to_owned(), word()?.parse()?, word()?);
    let micros = micros.split('.').next().context("a time")?.parse()?;
    let hex = word()?;
    let subject = word()?.to_owned();
    Ok(Event {
        id,
        kind: kind.into(),
        source: service.to_owned(),
        subject,
        version,
        time: DateTime::from_timestamp_micros(micros).context("a time")?,
        trace: None,
        payload: bytes(hex)?,
    })
}

fn bytes(hex: &str) -> anyhow::Result<Vec<u8>> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).context("a byte");
    (0..hex.len() / 2).map(|n| digit(2 * n)).collect()
}

/// In an order of the dice.
pub fn shuffle<T>(things: &mut [T], dice: &mut StdRng) {
    for at in (1..things.len()).rev() {
        things.swap(at, dice.random_range(0..=at));
    }
}

/// How many deliveries that many events make.
pub fn deliveries(events: &[Event]) -> u64 {
    events.iter().map(|event| contract::subscribers(&event.kind).count() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_from_its_row() {
        let id = uuid::Uuid::from_u128(5);
        let event =
            read("billing", &format!("{id} dure.billing.order_paid.v1 2 1700000000000001.000 00ff ord_1")).unwrap();
        assert_eq!((event.id, event.version, event.payload.as_slice()), (id, 2, &[0, 255][..]));
        assert_eq!((event.subject.as_str(), event.time.timestamp_micros()), ("ord_1", 1_700_000_000_000_001));
    }
}
