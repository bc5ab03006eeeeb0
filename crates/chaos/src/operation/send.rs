//! Small sends: a draft, recipients typed by hand, and a confirmation with a verification bound to its content.

use contract::voucher::v1::{
    AddRecipientsReply, AddRecipientsRequest, ConfirmSendRequest, CreateSendRequest, NewRecipient, Send, SendMessage,
    SendType,
};
use futures::FutureExt as _;
use serde_json::json;
use story::step_08_send;

use super::{units, won};
use crate::{
    drive::{Answer, Call, signed},
    stage::World,
};

/// Of each gift, the least there is.
pub const AMOUNT: i64 = 1_000;

/// A draft.
pub async fn create(world: &World, firm: usize, lot: &str) -> Answer<Send> {
    let asked = json!({ "lot": lot });
    let call = Call { service: "voucher", verb: "CreateSend", who: Some(world.boss(firm)), asked };
    let send = |request_id, token: Option<String>| {
        let message = CreateSendRequest {
            request_id,
            lot_id: lot.to_owned(),
            title: "작은 선물".into(),
            r#type: SendType::Immediate.into(),
            scheduled_time: None,
            message: Some(SendMessage { subject: String::new(), body: "고맙습니다.".into() }),
        };
        let mut client = world.calls.sends();
        async move { client.create_send(signed(message, token.as_deref())).await }.boxed()
    };
    world.drive(call, send, |send| json!({ "send": send.send_id })).await
}

/// So many recipients, typed by hand.
pub async fn add(world: &World, firm: usize, send: &str, count: u32) -> Answer<AddRecipientsReply> {
    let first = world.phones(count);
    let recipients: Vec<NewRecipient> = (first..first + count)
        .map(|number| NewRecipient {
            name: format!("이야기{number}"),
            phone: format!("0100{number:07}"),
            amount: won(AMOUNT),
        })
        .collect();
    let asked = json!({ "send": send, "count": count });
    let call = Call { service: "voucher", verb: "AddRecipients", who: Some(world.boss(firm)), asked };
    let make = |request_id, token: Option<String>| {
        let message = AddRecipientsRequest { request_id, send_id: send.to_owned(), recipients: recipients.clone() };
        let mut client = world.calls.recipients();
        async move { client.add_recipients(signed(message, token.as_deref())).await }.boxed()
    };
    world.drive(call, make, |reply| json!({ "count": reply.recipient_count })).await
}

/// Confirms it; the code that proves the admin comes by text, so this waits for the events to flow.
pub async fn confirm(world: &World, firm: usize, send: &str, content_hash: &str) -> Answer<Send> {
    let boss = world.firms[firm % world.firms.len()].boss.clone();
    let content = json!({ "contentHash": content_hash });
    let token = step_08_send::verification(&mut *world.scene.lock().await, &boss, &content).await?;
    confirm_with(world, firm, send, &token).await
}

/// The same, with a verification that was made before.
pub async fn confirm_with(world: &World, firm: usize, send: &str, verification: &str) -> Answer<Send> {
    let asked = json!({ "send": send });
    let call = Call { service: "voucher", verb: "ConfirmSend", who: Some(world.boss(firm)), asked };
    let make = |request_id, token: Option<String>| {
        let message =
            ConfirmSendRequest { request_id, send_id: send.to_owned(), verification_token: verification.to_owned() };
        let mut client = world.calls.sends();
        async move { client.confirm_send(signed(message, token.as_deref())).await }.boxed()
    };
    world.drive(call, make, |send| json!({ "send": send.send_id, "total": units(send.total.as_ref()) })).await
}

/// From the draft to its confirmation; nothing where a step was refused.
pub async fn whole(world: &World, firm: usize, lot: &str, count: u32) -> anyhow::Result<Option<Send>> {
    let Ok(send) = create(world, firm, lot).await? else { return Ok(None) };
    if add(world, firm, &send.send_id, count).await?.is_err() {
        return Ok(None);
    }
    Ok(confirm(world, firm, &send.send_id, &send.content_hash).await?.ok())
}
