//! A fact: a message of some `events.proto`, and the name it travels under.

use std::fmt;

/// A protobuf message that tells what happened. Every message of ours with a type name can be one.
pub trait Fact: prost::Message + prost::Name + Default + Send + Sync + 'static {
    /// The name it travels under: `dure.billing.v1.OrderPaid` is `dure.billing.order_paid.v1`.
    fn event_type() -> EventType {
        EventType::of(Self::PACKAGE, Self::NAME)
    }
}

impl<M: prost::Message + prost::Name + Default + Send + Sync + 'static> Fact for M {}

/// `dure.<context>.<fact>.v<n>`: CloudEvents `type` and routing key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventType(String);

impl EventType {
    fn of(package: &str, name: &str) -> Self {
        let (context, version) = package.rsplit_once('.').unwrap_or((package, "v1"));
        let mut snake = String::new();
        for letter in name.chars() {
            if letter.is_ascii_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        }
        Self(format!("{context}.{snake}.{version}"))
    }

    /// As it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for EventType {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_travels_under_its_context_and_name() {
        assert_eq!(crate::billing::v1::OrderPaid::event_type().as_str(), "dure.billing.order_paid.v1");
    }
}
