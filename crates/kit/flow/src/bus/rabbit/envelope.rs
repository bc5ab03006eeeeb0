//! An event as an AMQP 0-9-1 message and back: CloudEvents 1.0 attributes as properties and headers, the fact's bytes as
//! they are. The binding is ours and written down in `README.md`.

use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat};
use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable},
};

use super::topology::{table, text};
use crate::Event;

/// Why a dead letter is one.
pub(super) const REASON: &str = "x-dure-reason";

const PERSISTENT: u8 = 2;
const LONGEST_REASON: usize = 500;

/// What goes beside the payload.
pub(super) fn properties(event: &Event) -> BasicProperties {
    let mut headers = table([
        ("cloudEvents:specversion", text("1.0")),
        ("cloudEvents:source", text(&event.source)),
        ("cloudEvents:subject", text(&event.subject)),
        ("cloudEvents:time", text(&event.time.to_rfc3339_opts(SecondsFormat::Micros, true))),
        ("cloudEvents:dataschema", text(&schema(event.kind.as_str()))),
        ("x-dure-version", event.version.into()),
    ]);
    if let Some(trace) = &event.trace {
        headers.insert("traceparent".into(), text(trace));
    }
    BasicProperties::default()
        .with_message_id(event.id.to_string().into())
        .with_type(event.kind.as_str().into())
        .with_timestamp(event.time.timestamp().max(0).unsigned_abs())
        .with_content_type("application/protobuf".into())
        .with_delivery_mode(PERSISTENT)
        .with_headers(headers)
}

/// The same for a dead letter, with its reason.
pub(super) fn dead_properties(properties: &BasicProperties, reason: &str) -> BasicProperties {
    let mut headers = properties.headers().clone().unwrap_or_default();
    headers.insert(REASON.into(), text(&reason.chars().take(LONGEST_REASON).collect::<String>()));
    properties.clone().with_delivery_mode(PERSISTENT).with_headers(headers)
}

/// The event a message carries.
pub(super) fn event(properties: &BasicProperties, payload: &[u8]) -> anyhow::Result<Event> {
    let headers = properties.headers().clone().unwrap_or_default();
    let header = |name: &str| said(&headers, name).with_context(|| format!("no header {name}"));
    let id = properties.message_id().as_ref().context("no message_id")?;
    let kind = properties.kind().as_ref().context("no type")?;
    let time = DateTime::parse_from_rfc3339(&header("cloudEvents:time")?).context("cloudEvents:time is no time")?;
    Ok(Event {
        id: id.as_str().parse().context("message_id is no UUID")?,
        kind: kind.as_str().to_owned().into(),
        source: header("cloudEvents:source")?,
        subject: header("cloudEvents:subject")?,
        version: headers.inner().get("x-dure-version").and_then(AMQPValue::as_long_long_int).unwrap_or_default(),
        time: time.to_utc(),
        trace: said(&headers, "traceparent"),
        payload: payload.to_vec(),
    })
}

/// Why a dead letter is one; without a word of ours it was the broker that gave it up.
pub(super) fn reason(properties: &BasicProperties) -> String {
    let said = properties.headers().as_ref().and_then(|headers| said(headers, REASON));
    said.unwrap_or_else(|| "the consumer went away at every delivery".to_owned())
}

fn said(headers: &FieldTable, name: &str) -> Option<String> {
    headers.inner().get(name).and_then(AMQPValue::as_long_string).map(ToString::to_string)
}

/// `dure.billing.order_paid.v1` is the message `dure.billing.v1.OrderPaid`.
fn schema(kind: &str) -> String {
    let mut parts = kind.rsplitn(3, '.');
    let (Some(version), Some(fact), Some(context)) = (parts.next(), parts.next(), parts.next()) else {
        return kind.to_owned();
    };
    let name: String = fact
        .split('_')
        .flat_map(|word| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)))
        .collect();
    format!("{context}.{version}.{name}")
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use lapin::types::LongString;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn told() -> Event {
        Event {
            id: Uuid::now_v7(),
            kind: "dure.billing.order_paid.v1".to_owned().into(),
            source: "billing".into(),
            subject: "ord_1".into(),
            version: 7,
            time: DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap(),
            trace: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
            payload: vec![0, 255, 1],
        }
    }

    #[test]
    fn an_event_comes_back_as_it_went() {
        let told = told();
        let heard = event(&properties(&told), &told.payload).unwrap();
        assert_eq!(format!("{told:?}"), format!("{heard:?}"));
    }

    #[test]
    fn the_schema_is_the_message_of_the_fact() {
        assert_eq!(schema("dure.billing.order_paid.v1"), "dure.billing.v1.OrderPaid");
    }

    #[test]
    fn a_stranger_is_no_event() {
        assert!(event(&BasicProperties::default(), b"x").is_err());
        assert!(event(&properties(&told()).with_message_id("7".into()), b"x").is_err());
    }

    /// A header's value of some kind.
    fn value() -> impl Strategy<Value = AMQPValue> {
        prop_oneof![
            any::<Vec<u8>>().prop_map(|bytes| AMQPValue::LongString(LongString::from(bytes))),
            any::<i64>().prop_map(AMQPValue::LongLongInt),
            any::<bool>().prop_map(AMQPValue::Boolean),
            Just(AMQPValue::Void),
            Just(AMQPValue::FieldTable(FieldTable::default())),
        ]
    }

    proptest! {
        #[test]
        fn no_header_breaks_the_reader(
            name in prop::sample::select(vec![
                "cloudEvents:source", "cloudEvents:subject", "cloudEvents:time", "x-dure-version", "traceparent", REASON,
            ]),
            value in value(), id in "\\PC{0,40}", kind in "\\PC{0,40}", payload: Vec<u8>,
        ) {
            let mut properties = properties(&told());
            let mut headers = properties.headers().clone().unwrap_or_default();
            headers.insert(name.into(), value);
            properties = properties.with_headers(headers);
            if let Ok(event) = event(&properties, &payload) {
                prop_assert_eq!(event.payload.as_slice(), payload.as_slice());
                let _ = crate::trace::consumer_span("when", &event);
            }
            let _ = reason(&properties);
            let strange = properties.with_message_id(id.into()).with_type(kind.into());
            let _ = event(&strange, &payload);
        }

        #[test]
        fn any_event_comes_back_as_it_went(
            id: u128, kind in "[a-z_.0-9]{1,60}", subject: String, version: i64, micros in 0i64..4_000_000_000_000_000,
            trace: Option<String>, payload: Vec<u8>,
        ) {
            let told = Event {
                id: Uuid::from_u128(id), kind: kind.into(), source: "billing".into(), subject, version,
                time: DateTime::from_timestamp_micros(micros).unwrap(), trace, payload,
            };
            let heard = event(&properties(&told), &told.payload).unwrap();
            prop_assert_eq!(format!("{:?}", told), format!("{:?}", heard));
        }

        #[test]
        fn no_kind_breaks_the_schema(kind: String) {
            let _ = schema(&kind);
        }
    }
}
