//! Purchases of credit: applied for by a company, approved by an operator, refunded while nothing of it is on its way.

use std::time::Duration;

use contract::billing::v1::{ApplyPurchaseRequest, ApprovePurchaseRequest, Purchase, RefundPurchaseRequest};
use futures::FutureExt as _;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{units, won};
use crate::{
    drive::{Answer, Call, signed},
    names::uuid_of,
    stage::World,
};

const PAUSE: Duration = Duration::from_millis(100);

/// Applies for credit of this face value.
pub async fn apply(world: &World, firm: usize, face: i64) -> Answer<Purchase> {
    let asked = json!({ "face": face });
    let call = Call { service: "billing", verb: "ApplyPurchase", who: Some(world.boss(firm)), asked };
    let send = |request_id, token: Option<String>| {
        let message = ApplyPurchaseRequest { request_id, face_value: won(face), ..ApplyPurchaseRequest::default() };
        let mut client = world.calls.purchases();
        async move { client.apply_purchase(signed(message, token.as_deref())).await }.boxed()
    };
    let note = |p: &Purchase| json!({ "purchase": p.purchase_id, "payable": units(p.payable.as_ref()) });
    world.drive(call, send, note).await
}

/// Approves it: what is owed has arrived.
pub async fn approve(world: &World, firm: usize, purchase: &Purchase) -> Answer<Purchase> {
    let depositor = world.firms[firm % world.firms.len()].company.legal_name.clone();
    let asked = json!({ "purchase": purchase.purchase_id });
    let call = Call { service: "billing", verb: "ApprovePurchase", who: Some(&world.operator), asked };
    let send = |request_id, token: Option<String>| {
        let message = ApprovePurchaseRequest {
            request_id,
            purchase_id: purchase.purchase_id.clone(),
            deposit_amount: purchase.payable.clone(),
            depositor: depositor.clone(),
        };
        let mut client = world.calls.purchases();
        async move { client.approve_purchase(signed(message, token.as_deref())).await }.boxed()
    };
    let note = |p: &Purchase| json!({ "purchase": p.purchase_id, "face": units(p.face_value.as_ref()) });
    world.drive(call, send, note).await
}

/// Asks for the money back.
pub async fn refund(world: &World, firm: usize, purchase: &str) -> Answer<Purchase> {
    let asked = json!({ "purchase": purchase });
    let call = Call { service: "billing", verb: "RefundPurchase", who: Some(world.boss(firm)), asked };
    let send = |request_id, token: Option<String>| {
        let message = RefundPurchaseRequest { request_id, purchase_id: purchase.to_owned() };
        let mut client = world.calls.purchases();
        async move { client.refund_purchase(signed(message, token.as_deref())).await }.boxed()
    };
    world.drive(call, send, |p| json!({ "purchase": p.purchase_id })).await
}

/// The lot a purchase has funded, once it has; its text.
pub async fn lot(world: &World, purchase: &str, patience: Duration) -> anyhow::Result<String> {
    let until = Instant::now() + patience;
    let question = format!("SELECT id FROM lots WHERE purchase_id = '{purchase}'");
    loop {
        if let Some(id) = world.sql.voucher.texts(&question).await.ok().and_then(|found| found.first().cloned()) {
            return Ok(crate::names::text_of("lot", id.parse()?));
        }
        anyhow::ensure!(Instant::now() < until, "no lot was funded by {purchase} within {} s", patience.as_secs());
        sleep(PAUSE).await;
    }
}

/// Waits until billing knows the lot too: a refund before that is answered all the same.
pub async fn settled(world: &World, purchase: &str, patience: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + patience;
    let question = format!("SELECT count(*) FROM lot WHERE purchase_id = '{}'", uuid_of(purchase)?);
    while world.sql.billing.number(&question).await.unwrap_or_default() == 0 {
        anyhow::ensure!(Instant::now() < until, "billing never heard of the lot of {purchase}");
        sleep(PAUSE).await;
    }
    Ok(())
}
