//! Gifts as their sender sees them, masked, and as their recipient does.

use contract::{date, money, timestamp, voucher::v1 as pb};
use flow::{Fields, Page, Read, Stop};
use words::mask;

use super::{MessageState, Received, State, table};
use crate::send::{self, SEND_NOT_FOUND, SendId};

/// `ListGifts`.
pub async fn list(read: Read, m: pb::ListGiftsRequest) -> Result<pb::ListGiftsReply, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<SendId>("send_id", &m.send_id),))?;
    send::table::find(read.conn(), id, read.caller().company()?).await?.ok_or(SEND_NOT_FOUND)?;
    let page = Page::parse(m.page_size, &m.page_token, &(id, m.state))?;
    let state = match m.state() {
        pb::GiftState::Unspecified => None,
        pb::GiftState::Unclaimed => Some(State::Unclaimed),
        pb::GiftState::Claimed => Some(State::Claimed),
        pb::GiftState::Recalled => Some(State::Recalled),
        pb::GiftState::Declined => Some(State::Declined),
        pb::GiftState::Expired => Some(State::Expired),
    };
    let mut gifts = table::page(read.conn(), id, state, &page).await?;
    let next_page_token = page.cut(&mut gifts, |listed| listed.gift.number.to_string());
    Ok(pb::ListGiftsReply { gifts: gifts.iter().map(sent).collect(), next_page_token })
}

fn sent(listed: &table::Listed) -> pb::Gift {
    let gift = &listed.gift;
    let message = match listed.message {
        MessageState::Requested => pb::GiftMessageState::Requested,
        MessageState::HandedOver => pb::GiftMessageState::HandedOver,
        MessageState::Delivered => pb::GiftMessageState::Delivered,
        MessageState::Failed => pb::GiftMessageState::Failed,
    };
    pb::Gift {
        gift_id: gift.id.to_string(),
        send_id: gift.send.to_string(),
        recipient_id: gift.recipient.to_string(),
        number: gift.number,
        name_masked: mask::name(&listed.name),
        phone_masked: mask::phone(&listed.phone),
        amount: money(gift.amount),
        state: state(gift.state).into(),
        message_state: message.into(),
        issue_time: timestamp(gift.issued_at),
        end_time: gift.ended_at.and_then(timestamp),
        valid_through: date(gift.valid_through),
    }
}

/// As its recipient sees it.
pub fn received(received: Received) -> pb::ReceivedGift {
    let gift = received.gift;
    pb::ReceivedGift {
        gift_id: gift.id.to_string(),
        amount: money(gift.amount),
        state: state(gift.state).into(),
        valid_through: date(gift.valid_through),
        message: Some(pb::SendMessage { subject: received.message.subject, body: received.message.body }),
        end_time: gift.ended_at.and_then(timestamp),
        issue_time: timestamp(gift.issued_at),
    }
}

fn state(of: State) -> pb::GiftState {
    match of {
        State::Unclaimed => pb::GiftState::Unclaimed,
        State::Claimed => pb::GiftState::Claimed,
        State::Recalled => pb::GiftState::Recalled,
        State::Declined => pb::GiftState::Declined,
        State::Expired => pb::GiftState::Expired,
    }
}
