//! Takes the carrier's delivery reports (NO-1, NO-2, S44): an accepted text becomes delivered or failed, once.

use contract::notification::v1 as pb;
use flow::{Caller, Fields, Flow, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{CarrierKey, Delivery, id, settle};
use crate::{
    channel::Medium,
    message::{Failure, code},
};

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
        let told: Vec<_> = m.deliveries.iter().map(|d| (d.message_id.as_str(), d.code.as_str())).collect();
        flow.part::<CarrierKey>().0.believe(sent, &told, &m.signature, flow.clock().now())?;
        let f = Fields::new();
        let deliveries = told.iter().enumerate().map(|(place, (message, said))| {
            let failed = (*said != "0").then(|| Failure::Refused(code(said)));
            Some(Delivery { id: id(&f, &format!("deliveries[{place}].message_id"), message)?, failed })
        });
        let deliveries = deliveries.collect::<Option<Vec<_>>>();
        f.all((deliveries,)).map(|(deliveries,)| Self { deliveries })
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
        settle(tx, Medium::Text, &self.deliveries).await
    }
}
