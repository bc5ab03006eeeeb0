//! What became of the messages of gifts (VO-8), as notification reports it: set-wise, and never backwards.

use flow::{Stop, Tx, Verb};
use serde::Serialize;

use crate::gift::{self, GiftId, MessageState};

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
        for state in [MessageState::HandedOver, MessageState::Delivered, MessageState::Failed] {
            let gifts: Vec<GiftId> = self.reports.iter().filter(|(_, s)| *s == state).map(|(gift, _)| *gift).collect();
            gift::table::report(tx, &gifts, state).await?;
        }
        Ok(())
    }
}
