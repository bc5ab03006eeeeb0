//! Another service asks for messages → they are queued (NO-1).

use contract::notification::v1::MessagesRequested;
use flow::{Flow, Stop};

use crate::message::queue::{Asked, QueueMessages};

/// See the module. A request without a usable id could neither be kept nor reported: it is dropped, and logged.
pub async fn when(flow: Flow, fact: MessagesRequested) -> Result<QueueMessages, Stop> {
    let count = fact.messages.len();
    let asked: Vec<_> = fact.messages.into_iter().filter_map(|m| Asked::read(flow.sealer(), m)).collect();
    if asked.len() < count {
        tracing::error!(dropped = count - asked.len(), "messages asked for under ids that are no UUIDs");
    }
    Ok(QueueMessages { asked })
}
