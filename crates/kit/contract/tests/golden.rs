//! Events outlive the code that wrote them: outboxes, queues and dead letters hold old ones. For each fact that was ever
//! published, `crates/<context>/tests/golden/<Fact>.{bin,json}` keeps a full payload and what it means; today's
//! descriptors must read the old bytes and mean the same (fields may be added, never renamed, renumbered or retyped).
//! For a new fact, or a grown one under a new name: `DURE_WRITE=1 cargo test -p contract --test golden` adds what is not there.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use std::{fs, path::PathBuf};

use prost_reflect::{DynamicMessage, Kind, MapKey, MessageDescriptor, Value};

fn facts() -> impl Iterator<Item = MessageDescriptor> {
    contract::subscriptions().into_iter().map(|(kind, _)| {
        let mut parts = kind.as_str().split('.').skip(1).map(str::to_owned);
        let (context, fact, version) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let name: String = fact.split('_').map(|w| format!("{}{}", w[..1].to_uppercase(), &w[1..])).collect();
        contract::pool().get_message_by_name(&format!("dure.{context}.{version}.{name}")).unwrap()
    })
}

fn files(fact: &MessageDescriptor) -> (PathBuf, PathBuf) {
    let context = fact.full_name().split('.').nth(1).unwrap().to_owned();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(context).join("tests/golden");
    (folder.join(format!("{}.bin", fact.name())), folder.join(format!("{}.json", fact.name())))
}

/// Every field filled with something that is not its default.
fn full(message: &MessageDescriptor) -> DynamicMessage {
    let mut filled = DynamicMessage::new(message.clone());
    for field in message.fields() {
        let one = value(field.kind(), field.number());
        let value = if field.is_map() {
            let Kind::Message(entry) = field.kind() else { unreachable!("maps hold entries") };
            let value = value(entry.map_entry_value_field().kind(), 2);
            Value::Map([(MapKey::String("key".into()), value)].into())
        } else if field.is_list() {
            Value::List(vec![one.clone(), one])
        } else {
            one
        };
        filled.set_field(&field, value);
    }
    filled
}

fn value(kind: Kind, number: u32) -> Value {
    match kind {
        Kind::String => Value::String(format!("text {number}")),
        Kind::Bytes => Value::Bytes(vec![1, 2, 3].into()),
        Kind::Bool => Value::Bool(true),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(i32::try_from(number).unwrap() + 1),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(i64::from(number) + 1_000_000_007),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(number + 1),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(u64::from(number) + 1),
        Kind::Enum(of) => Value::EnumNumber(of.values().last().unwrap().number()),
        Kind::Message(of) => Value::Message(full(&of)),
        Kind::Double | Kind::Float => panic!("no float on the wire"),
    }
}

// OP-3
#[test]
fn every_event_ever_published_still_means_the_same() {
    for fact in facts() {
        let (bytes, meaning) = files(&fact);
        if std::env::var("DURE_WRITE").is_ok() && !bytes.exists() {
            let message = full(&fact);
            fs::create_dir_all(bytes.parent().unwrap()).unwrap();
            fs::write(&bytes, prost::Message::encode_to_vec(&message)).unwrap();
            fs::write(&meaning, serde_json::to_string_pretty(&message).unwrap() + "\n").unwrap();
        }
        let old = fs::read(&bytes).unwrap_or_else(|_| panic!("{} has no golden payload", fact.full_name()));
        let read = DynamicMessage::decode(fact.clone(), old.as_slice()).unwrap();
        assert_eq!(read.unknown_fields().count(), 0, "{} lost a field it had", fact.full_name());
        let meant: serde_json::Value = serde_json::from_str(&fs::read_to_string(&meaning).unwrap()).unwrap();
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            meant,
            "{} means something else than it did",
            fact.full_name()
        );
    }
}
