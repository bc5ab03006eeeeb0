//! Gifts: claimed or declined by whoever holds the code, recalled by the company that sent them.

use contract::voucher::v1::{ClaimGiftRequest, DeclineGiftRequest, RecallGiftsReply, RecallGiftsRequest, ReceivedGift};
use futures::FutureExt as _;
use serde_json::json;

use super::units;
use crate::{
    drive::{Answer, Call, signed},
    stage::{Gift, World},
};

fn note(gift: &ReceivedGift) -> serde_json::Value {
    json!({ "gift": gift.gift_id, "amount": units(gift.amount.as_ref()) })
}

/// Claims it.
pub async fn claim(world: &World, gift: &Gift) -> Answer<ReceivedGift> {
    let call = Call { service: "voucher", verb: "ClaimGift", who: None, asked: json!({ "gift": gift.id }) };
    let send = |request_id, _| {
        let message = ClaimGiftRequest { request_id, code: gift.code.clone() };
        let mut client = world.calls.gifts();
        async move { client.claim_gift(signed(message, None)).await }.boxed()
    };
    world.drive(call, send, note).await
}

/// Declines it.
pub async fn decline(world: &World, gift: &Gift) -> Answer<ReceivedGift> {
    let call = Call { service: "voucher", verb: "DeclineGift", who: None, asked: json!({ "gift": gift.id }) };
    let send = |request_id, _| {
        let message = DeclineGiftRequest { request_id, code: gift.code.clone() };
        let mut client = world.calls.gifts();
        async move { client.decline_gift(signed(message, None)).await }.boxed()
    };
    world.drive(call, send, note).await
}

/// Recalls this one.
pub async fn recall(world: &World, gift: &Gift) -> Answer<RecallGiftsReply> {
    let asked = json!({ "gift": gift.id });
    let call = Call { service: "voucher", verb: "RecallGifts", who: Some(world.boss(gift.firm)), asked };
    let send = |request_id, token: Option<String>| {
        let message = RecallGiftsRequest {
            request_id,
            send_id: gift.send.clone(),
            gift_ids: vec![gift.id.clone()],
            ..RecallGiftsRequest::default()
        };
        let mut client = world.calls.gifts();
        async move { client.recall_gifts(signed(message, token.as_deref())).await }.boxed()
    };
    let note = |reply: &RecallGiftsReply| {
        // A recall that came too late is done, too: it recalled nothing.
        let recalled = if reply.recalled_count == 1 { json!(gift.id) } else { json!(null) };
        json!({ "gift": recalled, "amount": units(reply.recalled_total.as_ref()) })
    };
    world.drive(call, send, note).await
}
