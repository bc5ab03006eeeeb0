//! Paid to in force, in an idle system: from the operator's `ConfirmDeposit` to the first `CheckEntitlement` that says yes;
//! in between lie billing's transaction, its outbox and relay, RabbitMQ, and membership's inbox and transaction. Beside it
//! the bare way of one message through RabbitMQ.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use contract::{
    billing::v1::{ConfirmDepositRequest, order_service_client::OrderServiceClient},
    membership::v1::{CheckEntitlementRequest, Consistency, entitlement_service_client::EntitlementServiceClient},
};
use tonic::{Code, transport::Channel};
use uuid::Uuid;

use crate::{
    clients::Bearer,
    figure::{Figures, short},
    load::{Load, nanos},
    portal::Portal,
    raw,
};

/// So many orders.
const COUNT: usize = 200;
/// Between two, so that the system is idle.
const PAUSE: Duration = Duration::from_millis(20);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures it.
pub async fn measure(portal: &mut Portal, figures: &mut Figures) -> anyhow::Result<()> {
    let queue = raw::Queue::declare(&portal.servers.amqp).await?;
    let bare = Load::of(Duration::ZERO, queue.round_trips(COUNT).await?);
    queue.delete().await?;
    let tokens = portal.tokens().await?;
    ours(portal, &tokens, COUNT / 10).await?;
    let load = ours(portal, &tokens, COUNT).await?;
    figures.at_most_time("order paid to membership in force, p50", load.percentile(50), Duration::from_millis(25));
    figures.at_most_time("its p99", load.percentile(99), Duration::from_millis(100));
    let bare = format!("p50 {}, p99 {}", short(bare.percentile(50)), short(bare.percentile(99)));
    figures.told("one message through RabbitMQ alone", bare);
    Ok(())
}

/// So many orders, one after the other.
pub async fn ours(portal: &Portal, (boss, operator): &(Bearer, Bearer), count: usize) -> anyhow::Result<Load> {
    let mut orders = OrderServiceClient::new(portal.connect("billing", 1).await?.remove(0));
    let mut entitlements = EntitlementServiceClient::new(portal.connect("membership", 1).await?.remove(0));
    let (start, mut each) = (Instant::now(), Vec::with_capacity(count));
    for _ in 0..count {
        let order = orders.place_order(boss.request(portal.order())).await?.into_inner();
        tokio::time::sleep(PAUSE).await;
        let pay = ConfirmDepositRequest {
            request_id: Uuid::new_v4().to_string(),
            order_id: order.order_id,
            amount: order.price.context("an order has a price")?.total,
            depositor: portal.firm.company.legal_name.clone(),
            ..Default::default()
        };
        let paid = Instant::now();
        orders.confirm_deposit(operator.request(pay)).await?;
        in_force(&mut entitlements, boss, &order.site_id).await?;
        each.push(nanos(paid.elapsed()));
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Load::of(start.elapsed(), each))
}

/// Waits until the site may use what it bought.
async fn in_force(client: &mut EntitlementServiceClient<Channel>, boss: &Bearer, site: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        let question = CheckEntitlementRequest {
            site_id: site.to_owned(),
            feature: "groupware".to_owned(),
            consistency: Consistency::Strong.into(),
            ..Default::default()
        };
        match client.check_entitlement(boss.request(question)).await {
            Ok(answer) if answer.get_ref().allowed => return Ok(()),
            Ok(_) => {}
            Err(no) if no.code() == Code::NotFound => {}
            Err(no) => return Err(no.into()),
        }
        anyhow::ensure!(start.elapsed() < PATIENCE, "the membership of {site} did not come into force");
        tokio::time::sleep(LOOK).await;
    }
}
