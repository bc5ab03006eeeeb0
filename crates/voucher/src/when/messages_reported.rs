//! What became of messages (NO-1): those of gifts move their progress on (VO-8); others' are not ours.

use contract::notification::v1::{MessageState as Told, MessagesReported};
use flow::{Flow, Stop};

use crate::{gift::MessageState, send::report::ReportMessages};

/// Fact → verb.
pub async fn when(_: Flow, fact: MessagesReported) -> Result<ReportMessages, Stop> {
    let ours = fact.reports.iter().filter_map(|report| {
        let state = match report.state() {
            Told::Accepted => MessageState::HandedOver,
            Told::Delivered => MessageState::Delivered,
            Told::Failed => MessageState::Failed,
            Told::Queued | Told::Unspecified => return None,
        };
        Some((report.reference.parse().ok()?, state))
    });
    Ok(ReportMessages { reports: ours.collect() })
}
