//! An event on its way: CloudEvents attributes and the fact's bytes, which are relayed and never written anew.

use chrono::{DateTime, Utc};
use contract::{EventType, Fact};
use uuid::Uuid;

/// What one service tells the others.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id: the request id of whatever it sets off.
    pub id: Uuid,
    /// `dure.billing.order_paid.v1`; also the routing key.
    pub kind: EventType,
    /// The service that told it.
    pub source: String,
    /// The aggregate it is about; events of one subject arrive in order.
    pub subject: String,
    /// The aggregate's version at this fact.
    pub version: i64,
    /// When.
    pub time: DateTime<Utc>,
    /// W3C trace context of the request that caused it.
    pub trace: Option<String>,
    /// The fact, protobuf.
    pub payload: Vec<u8>,
}

impl Event {
    /// The fact inside.
    pub fn fact<F: Fact>(&self) -> Result<F, prost::DecodeError> {
        F::decode(self.payload.as_slice())
    }
}
