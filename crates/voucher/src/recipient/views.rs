//! The recipients of a send as its company sees them: masked.

use contract::{money, voucher::v1 as pb};
use flow::{Fields, Page, Read, Stop};
use words::mask;

use super::{Recipient, table};
use crate::send::{self, SEND_NOT_FOUND, SendId};

/// `ListRecipients`.
pub async fn list(read: Read, m: pb::ListRecipientsRequest) -> Result<pb::ListRecipientsReply, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<SendId>("send_id", &m.send_id),))?;
    send::table::find(read.conn(), id, read.caller().company()?).await?.ok_or(SEND_NOT_FOUND)?;
    let page = Page::parse(m.page_size, &m.page_token, &id)?;
    let mut recipients = table::page(read.conn(), id, &page).await?;
    let next_page_token = page.cut(&mut recipients, |recipient| recipient.number.to_string());
    Ok(pb::ListRecipientsReply { recipients: recipients.iter().map(render).collect(), next_page_token })
}

fn render(recipient: &Recipient) -> pb::Recipient {
    pb::Recipient {
        recipient_id: recipient.id.to_string(),
        number: recipient.number,
        name_masked: mask::name(&recipient.name),
        phone_masked: mask::phone(&recipient.phone),
        amount: money(recipient.amount),
    }
}
