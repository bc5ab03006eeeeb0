//! Takes the carrier's delivery reports (NO-1, NO-2): an accepted message becomes delivered or failed, once.

use contract::notification::v1 as pb;
use flow::{Caller, Fields, Flow, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::Wrong;

use super::{CarrierKey, Delivery, SIGNATURE_INVALID, timely};
use crate::message::{Failure, table, tell};

const MOST: usize = 1_000;

/// The reports of one call.
#[derive(Debug, Serialize)]
pub struct ReportDeliveries {
    /// Each message.
    pub deliveries: Vec<Delivery>,
}

impl ReportDeliveries {
    /// Reads a signed call.
    pub fn parse(flow: &Flow, m: pb::ReportDeliveriesRequest) -> Result<Self, Refusal> {
        let sent = m.send_time.as_ref().map_or(0, |t| t.seconds);
        let mut lines = vec![sent.to_string()];
        lines.extend(m.deliveries.iter().map(|d| format!("{}:{}", d.message_id, d.code)));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        if !flow.part::<CarrierKey>().signed(&lines, &m.signature) || !timely(sent, flow.clock().now()) {
            return Err(SIGNATURE_INVALID);
        }
        const TOO_MANY: Wrong =
            Wrong::new("TOO_MANY", "At most 1,000 in one call.", "한 번에 1,000건까지 보낼 수 있습니다.");
        let f = Fields::new();
        let few = f.must(m.deliveries.len() <= MOST, "deliveries", TOO_MANY);
        let deliveries = m.deliveries.into_iter().enumerate().map(|(place, d)| {
            let id = f.parse::<words::RequestId>(&format!("deliveries[{place}].message_id"), &d.message_id)?;
            let failed = (d.code != "0").then(|| d.code.chars().take(40).collect());
            Some(Delivery { id: id.uuid(), failed })
        });
        let deliveries = deliveries.collect::<Option<Vec<_>>>();
        let (_, deliveries) = f.all((few, deliveries))?;
        Ok(Self { deliveries })
    }
}

impl Verb for ReportDeliveries {
    const NAME: &'static str = "ReportDeliveries";
    type Answer = i32;

    // The signature was checked while reading: it is what the carrier has instead of an account.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<i32, Stop> {
        let ids: Vec<_> = self.deliveries.iter().map(|d| d.id).collect();
        let mut found = table::lock_these(tx, &ids).await?;
        let mut changed = Vec::new();
        for delivery in &self.deliveries {
            let Some(mut message) = found.remove(&delivery.id) else { continue };
            if message.arrived(delivery.failed.clone().map(Failure::Refused)) {
                changed.push(message);
            }
        }
        tell(tx, changed.iter().map(|message| message.report(tx.now())).collect());
        let count = changed.len();
        table::save(tx, changed).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}
