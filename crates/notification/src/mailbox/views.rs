//! Reading the mailbox (NO-2): open to anyone on one's own machine, and nowhere else, which the access layer sees to.

use contract::notification::v1 as pb;
use flow::{Fields, Instant, Page, Read, Stop};
use words::RequestId;

use super::table::{self, Filter};
use crate::{message::table::NO_SUCH_MESSAGE, picture};

/// A page; attachments without their bytes.
pub async fn list(read: Read, m: pb::ListMailboxRequest) -> Result<pb::ListMailboxReply, Stop> {
    let since = m.since.and_then(|t| Instant::from_timestamp(t.seconds, u32::try_from(t.nanos).unwrap_or(0)));
    let size = if m.page_size == 0 { 50 } else { m.page_size };
    let page = Page::parse(size, &m.page_token, &(&m.to, &m.template, since))?;
    let filter = Filter { to: m.to, template: m.template, since };
    let (mut messages, next_page_token, total) = table::list(read.conn(), read.sealer(), &filter, &page).await?;
    for attachment in messages.iter_mut().flat_map(|message| &mut message.attachments) {
        attachment.data.clear();
    }
    let total_count = i64::try_from(total).unwrap_or(i64::MAX);
    Ok(pb::ListMailboxReply { messages, next_page_token, total_count })
}

/// One message, whole.
pub async fn get(read: Read, m: pb::GetMailboxMessageRequest) -> Result<pb::MailboxMessage, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<RequestId>("message_id", &m.message_id),))?;
    let mut message = table::find(read.conn(), read.sealer(), id.uuid()).await?.ok_or(NO_SUCH_MESSAGE)?;
    let pictures = picture::table::find(read.conn(), read.sealer(), [message.picture.clone()]).await?;
    message.attachments.extend(pictures.values().map(|picture| pb::Attachment {
        file_name: format!("{}.jpg", picture.digest),
        content_type: "image/jpeg".to_owned(),
        data: picture.data.clone(),
    }));
    Ok(message)
}
