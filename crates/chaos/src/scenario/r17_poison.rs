//! R17: one event of a hundred among 5,000 can never be applied. All of those end among the dead letters after six tries,
//! and their neighbours wait at most twice as long.

use chrono::Utc;
use contract::{Fact as _, membership::v1::OrderApplied};
use flow::Event;
use futures::FutureExt as _;
use prost::Message as _;
use uuid::Uuid;

use super::{Play, Scenario};
use crate::{
    history::lock,
    load::Load,
    names::text_of,
    report::{Row, median},
    stage::World,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R17",
    fault: "1 of 100 events is poison",
    pass: "all of 50 among the dead letters; the delay of their neighbours ≤ 2 ×",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    let mut plan = play.plan(play.size.of(60, 250, 2_500));
    plan.sends = false;
    let poison = play.size.of(2, 6, 50);
    Load::start(world, plan).finish().await?;
    let without = delay(world).await?;
    let load = Load::start(world, plan);
    for _ in 0..poison {
        tokio::time::sleep(std::time::Duration::from_millis(play.size.of(300, 1_000, 1_000))).await;
        let event = poisoned();
        lock(&world.poison).push(event.id);
        world.broker.tell(&[event]).await?;
    }
    load.finish().await?;
    // The last one needs all its tries.
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    let with = delay(world).await?;
    row.figure("poison told", poison);
    row.figure("paid to fulfilled, without and with poison", format!("{without} ms and {with} ms"));
    // Below a quarter of a second the machine's own noise is larger.
    row.at_most("delay of the neighbours", u128::try_from(with)?, u128::try_from(2 * without.max(250))?, "ms");
    let dead: u64 = world.broker.counts().await?.iter().map(|(_, _, dead)| u64::from(*dead)).sum();
    row.exactly("dead letters", dead, lock(&world.poison).len() as u64);
    Ok(())
}

/// Between the payment and the fulfilment of the newest orders, in milliseconds: the middle one.
async fn delay(world: &World) -> anyhow::Result<i64> {
    let question = "SELECT EXTRACT(EPOCH FROM f.told_at - p.told_at) * 1000 FROM flow_outbox p JOIN flow_outbox f ON f.subject = p.subject \
                    AND f.kind = 'dure.billing.order_fulfilled.v1' WHERE p.kind = 'dure.billing.order_paid.v1' ORDER BY p.seq DESC LIMIT 200";
    let times = world.sql.billing.texts(question).await?;
    let whole = times.iter().map(|time| Ok(time.split('.').next().unwrap_or("0").parse()?));
    Ok(median(whole.collect::<anyhow::Result<_>>()?))
}

/// An order nobody placed was applied: billing can never make sense of it.
fn poisoned() -> Event {
    let order = text_of("ord", Uuid::now_v7());
    let fact = OrderApplied { order_id: order.clone(), ..OrderApplied::default() };
    Event {
        id: Uuid::new_v4(),
        kind: OrderApplied::event_type(),
        source: "membership".into(),
        subject: order,
        version: 1,
        time: Utc::now(),
        trace: None,
        payload: fact.encode_to_vec(),
    }
}
