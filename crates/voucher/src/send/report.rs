//! What became of the messages of gifts (VO-8), as notification reports it: set-wise, never backwards, and counted for the
//! progress of their sends, so that watching one of 100,000 gifts counts no row.

use std::collections::BTreeMap;

use flow::{Stop, Tx, Verb};
use serde::Serialize;

use super::SendId;
use crate::{
    gift::{self, GiftId, MessageState},
    late_send::table::{Progress, count_on},
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ReportMessages {
    /// Which gift's message got how far.
    pub reports: Vec<(GiftId, MessageState)>,
}

impl Verb for ReportMessages {
    const NAME: &'static str = "ReportMessages";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        use MessageState::{Delivered, Failed, HandedOver, Requested};
        let mut counted: BTreeMap<SendId, Progress> = BTreeMap::new();
        // Whatever has an end was handed over before it.
        for (from, to) in [(Requested, HandedOver), (HandedOver, Delivered), (HandedOver, Failed)] {
            let reached = self.reports.iter().filter(|(_, state)| to == HandedOver || *state == to);
            let gifts: Vec<GiftId> = reached.map(|(gift, _)| *gift).collect();
            for send in gift::table::advance(tx, &gifts, from, to).await? {
                let progress = counted.entry(send).or_default();
                match to {
                    Delivered => progress.delivered += 1,
                    Failed => progress.failed += 1,
                    HandedOver | Requested => progress.handed_over += 1,
                }
            }
        }
        for (send, by) in counted {
            count_on(tx, send, by).await?;
        }
        Ok(())
    }
}
