//! R16: an order is paid and cancelled at once, a purchase is refunded while a send from its lot is confirmed, 1,000 times:
//! one of both happens, never both, and every won is where it belongs (I6, I7).

use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use serde_json::json;
use story::step_08_send;

use super::{Play, Scenario};
use crate::{
    operation::{order, purchase, send, stock},
    report::Row,
    stage::World,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R16",
    fault: "pay + cancel, refund + send at once",
    pass: "I6 and I7 exact over 1,000 orders",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(60);

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    let orders = play.size.of(30, 100, 1_000);
    let tries = futures::stream::iter(0..orders).map(|_| pay_and_cancel(world));
    let won: Vec<(bool, bool)> = tries.buffer_unordered(AT_ONCE).try_collect().await?;
    let paid = won.iter().filter(|(paid, _)| *paid).count();
    let one = won.iter().filter(|(paid, cancelled)| paid != cancelled).count();
    row.figure("paid", paid);
    row.exactly("orders either paid or cancelled", one as u64, orders);

    let sends = play.size.of(2, 6, 40);
    let mut sent = 0;
    for _ in 0..sends {
        sent += u64::from(refund_and_send(world).await?);
    }
    row.figure("of the refunds against sends, sends won", format!("{sent} of {sends}"));
    Ok(())
}

async fn pay_and_cancel(world: &World) -> anyhow::Result<(bool, bool)> {
    let placed = order::place(world, 0).await?;
    let placed = placed.map_err(|no| anyhow::anyhow!("an order was refused: {}", no.reason))?;
    let (paid, cancelled) = futures::join!(order::pay(world, 0, &placed), order::cancel(world, 0, &placed.order_id));
    // A transfer that came too late is recorded all the same, and waits at the desk.
    let exact = |reply: contract::billing::v1::ConfirmDepositReply| {
        reply.deposit.is_some_and(|deposit| deposit.r#match() == contract::billing::v1::DepositMatch::Exact)
    };
    Ok((paid?.is_ok_and(exact), cancelled?.is_ok()))
}

/// Whether the send was confirmed.
async fn refund_and_send(world: &World) -> anyhow::Result<bool> {
    let (lot, bought) = stock::lot(world, 0, 10_000).await?;
    purchase::settled(world, &bought, PATIENCE).await?;
    let draft = send::create(world, 0, &lot).await?;
    let draft = draft.map_err(|no| anyhow::anyhow!("a draft was refused: {}", no.reason))?;
    let added = send::add(world, 0, &draft.send_id, 3).await?;
    added.map_err(|no| anyhow::anyhow!("recipients were refused: {}", no.reason))?;
    let boss = world.firms[0].boss.clone();
    let content = json!({ "contentHash": draft.content_hash });
    let token = step_08_send::verification(&mut *world.scene.lock().await, &boss, &content).await?;
    let (refunded, sent) =
        futures::join!(purchase::refund(world, 0, &bought), send::confirm_with(world, 0, &draft.send_id, &token));
    drop(refunded?);
    Ok(sent?.is_ok())
}
