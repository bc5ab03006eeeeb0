//! Orders: placed by a company, cancelled by it, or paid by the transfer an operator confirms.

use contract::billing::v1::{
    CancelOrderRequest, ConfirmDepositReply, ConfirmDepositRequest, DepositMatch, Order, OrderKind, OrderState,
    PlaceOrderRequest, Selection,
};
use futures::FutureExt as _;
use serde_json::json;

use super::{units, won};
use crate::{
    drive::{Answer, Call, signed},
    stage::World,
};

/// Shared, 10 users, 12 months: 583,000.
pub fn request(world: &World, request_id: String) -> PlaceOrderRequest {
    let selection = Selection {
        kind: OrderKind::New.into(),
        base_service: "shared".into(),
        seats: 10,
        term_months: 12,
        ..Selection::default()
    };
    PlaceOrderRequest {
        request_id,
        selection: Some(selection),
        accepted_terms_version: world.terms.clone(),
        ..PlaceOrderRequest::default()
    }
}

/// Places one.
pub async fn place(world: &World, firm: usize) -> Answer<Order> {
    let call = Call { service: "billing", verb: "PlaceOrder", who: Some(world.boss(firm)), asked: json!({}) };
    let send = |id, token: Option<String>| {
        let (mut client, message) = (world.calls.orders(), request(world, id));
        async move { client.place_order(signed(message, token.as_deref())).await }.boxed()
    };
    let note = |order: &Order| json!({ "order": order.order_id, "site": order.site_id, "total": units(order.price.as_ref().and_then(|p| p.total.as_ref())) });
    world.drive(call, send, note).await
}

/// Cancels one.
pub async fn cancel(world: &World, firm: usize, order: &str) -> Answer<Order> {
    let asked = json!({ "order": order });
    let call = Call { service: "billing", verb: "CancelOrder", who: Some(world.boss(firm)), asked };
    let send = |request_id, token: Option<String>| {
        let message = CancelOrderRequest { request_id, order_id: order.to_owned() };
        let mut client = world.calls.orders();
        async move { client.cancel_order(signed(message, token.as_deref())).await }.boxed()
    };
    world.drive(call, send, |order| json!({ "order": order.order_id })).await
}

/// Confirms that what is owed for it has arrived.
pub async fn pay(world: &World, firm: usize, order: &Order) -> Answer<ConfirmDepositReply> {
    let owed = units(order.price.as_ref().and_then(|price| price.total.as_ref()));
    let depositor = world.firms[firm % world.firms.len()].company.legal_name.clone();
    let asked = json!({ "order": order.order_id, "amount": owed });
    let call = Call { service: "billing", verb: "ConfirmDeposit", who: Some(&world.operator), asked };
    let send = |request_id, token: Option<String>| {
        let message = ConfirmDepositRequest {
            request_id,
            order_id: order.order_id.clone(),
            amount: won(owed),
            depositor: depositor.clone(),
            bank_reference: String::new(),
        };
        let mut client = world.calls.orders();
        async move { client.confirm_deposit(signed(message, token.as_deref())).await }.boxed()
    };
    let note = |reply: &ConfirmDepositReply| {
        let deposit = reply.deposit.clone().unwrap_or_default();
        let exact = deposit.r#match() == DepositMatch::Exact;
        let paid = reply.order.as_ref().is_some_and(|order| order.state() == OrderState::Paid);
        // Only the one that matched counts as the payment of its order.
        let payment = if exact { json!(order.order_id) } else { json!(null) };
        json!({ "deposit": deposit.deposit_id, "paid": payment, "state_paid": paid })
    };
    world.drive(call, send, note).await
}
