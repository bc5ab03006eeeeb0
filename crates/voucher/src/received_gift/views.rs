//! A phone's gifts, newest first (VO-10).

use contract::voucher::v1 as pb;
use flow::{Page, Read, Stop};

use super::table;
use crate::{gift, phone_proof};

/// `ListReceivedGifts`.
pub async fn list(read: Read, m: pb::ListReceivedGiftsRequest) -> Result<pb::ListReceivedGiftsReply, Stop> {
    let phone = phone_proof::phone_of(read.sealer(), &m.phone_token, read.now())?;
    let page = Page::parse(m.page_size, &m.page_token, &(&phone, m.unclaimed_only))?;
    let mut gifts = table::page(read.conn(), &phone, m.unclaimed_only, &page).await?;
    let next_page_token = page.cut(&mut gifts, |gift| table::Key::from(gift).to_string());
    let gifts = gift::table::with_messages(read.conn(), gifts).await?;
    Ok(pb::ListReceivedGiftsReply { gifts: gifts.into_iter().map(gift::views::received).collect(), next_page_token })
}
