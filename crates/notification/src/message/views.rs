//! What operators see of messages: states and reasons; no address, no content (NO-4).

use contract::notification::v1 as pb;
use flow::{Fields, Page, Read, Stop};
use words::RequestId;

use super::{
    State,
    table::{self, Filter, NO_SUCH_MESSAGE},
};

/// One message.
pub async fn get(read: Read, m: pb::GetMessageRequest) -> Result<pb::Message, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<RequestId>("message_id", &m.message_id),))?;
    Ok(table::find(read.conn(), id.uuid()).await?.ok_or(NO_SUCH_MESSAGE)?)
}

/// A page of them.
pub async fn list(read: Read, m: pb::ListMessagesRequest) -> Result<pb::ListMessagesReply, Stop> {
    let state = match m.state() {
        pb::MessageState::Unspecified => None,
        pb::MessageState::Queued => Some(State::Queued),
        pb::MessageState::Accepted => Some(State::Accepted),
        pb::MessageState::Delivered => Some(State::Delivered),
        pb::MessageState::Failed => Some(State::Failed),
    };
    let filter = Filter { reference: m.reference, on_behalf_of: m.on_behalf_of, state, template: m.template };
    let size = if m.page_size == 0 { 50 } else { m.page_size };
    let page = Page::parse(size, &m.page_token, &filter)?;
    let (messages, next_page_token) = table::list(read.conn(), &filter, &page).await?;
    Ok(pb::ListMessagesReply { messages, next_page_token })
}
