//! What becomes of messages after they were handed over: the carrier's delivery reports on texts (NO-2).

pub mod report;

use flow::{Fields, Stop, Tx};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    channel::Medium,
    message::{Failure, table, tell},
    signature::SharedKey,
};

/// Shared with the carrier: signs calls to it and its reports to us.
pub struct CarrierKey(pub SharedKey);

/// One message's report.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// The message.
    pub id: Uuid,
    /// Why it will not arrive; `None` if it did.
    pub failed: Option<Failure>,
}

/// The id in this field, which is the message's.
pub(crate) fn id(f: &Fields, field: &str, text: &str) -> Option<Uuid> {
    f.parse::<words::RequestId>(field, text).map(|id| id.uuid())
}

/// They arrived, or will not: once, and only those that go by the road whoever says so is in charge of. How many were news.
pub(crate) async fn settle(tx: &mut Tx, medium: Medium, deliveries: &[Delivery]) -> Result<i32, Stop> {
    let ids: Vec<_> = deliveries.iter().map(|d| d.id).collect();
    let mut found = table::lock_these(tx, medium, &ids).await?;
    let mut changed = Vec::new();
    for delivery in deliveries {
        let Some(mut message) = found.remove(&delivery.id) else { continue };
        if message.arrived(delivery.failed.clone()) {
            changed.push(message);
        }
    }
    table::settle(tx, None, &changed).await?;
    tell(tx, changed.iter().map(|message| message.report(tx.now())).collect());
    Ok(i32::try_from(changed.len()).unwrap_or(i32::MAX))
}
