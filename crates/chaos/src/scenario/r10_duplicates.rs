//! R10: every event is told three times more, some while it is still being applied, most after it was acknowledged. At
//! least 20,000 duplicates have no effect at all.

use std::sync::atomic::Ordering::Relaxed;

use futures::FutureExt as _;

use super::{Play, Scenario};
use crate::{
    load::{Load, stock_up},
    replay,
    report::Row,
    stage::World,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R10",
    fault: "every event told three times more",
    pass: "≥ 20,000 duplicates, one effect each",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const TIMES: u32 = 3;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    let least: u64 = play.size.of(100, 2_000, 20_000);
    let plan = play.plan(play.size.of(150, 300, 2_000));
    stock_up(world, plan).await?;
    let load = Load::start(world, plan);
    // Some while the load makes them.
    for _ in 0..2 {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        again(world, 300).await?;
    }
    load.finish().await?;
    for _ in 0..TIMES {
        again(world, least).await?;
    }
    let mut rounds = 0;
    while world.duplicates.load(Relaxed) < least && rounds < 50 {
        again(world, least).await?;
        rounds += 1;
    }
    row.at_least("duplicates", world.duplicates.load(Relaxed).into(), least.into(), "deliveries");
    Ok(())
}

async fn again(world: &World, most: u64) -> anyhow::Result<()> {
    let mut events = replay::events(world, most).await?;
    let poison = crate::history::lock(&world.poison).clone();
    events.retain(|event| !poison.contains(&event.id));
    world.broker.tell(&events).await?;
    world.duplicates.fetch_add(replay::deliveries(&events), Relaxed);
    Ok(())
}
