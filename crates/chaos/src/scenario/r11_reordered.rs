//! R11: what waits for a service is shuffled while the service is away, and delivered late. The end is the same as in
//! order; only I10, which says that the order was kept, is not asked.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use futures::FutureExt as _;
use tokio::time::sleep;

use super::{Play, Scenario};
use crate::{
    load::{Load, stock_up},
    replay,
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R11",
    fault: "waiting events shuffled and delivered late",
    pass: "the same end as in order",
    play: |play, row| run(play, row).boxed(),
    spoils: true,
};

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    let mut plan = play.plan(play.size.of(100, 200, 1_000));
    plan.sends = false;
    world.shuffled.store(true, Relaxed);
    stock_up(world, plan).await?;
    let mut shuffled = 0;
    for service in ["membership", "voucher", "billing"] {
        let load = Load::start(world, plan);
        sleep(Duration::from_secs(1)).await;
        if service == "membership" {
            // Its calls are not part of the load's writes: the load goes on without it.
            world.fleet.lock().await.stop_one(service).await?;
            load.finish().await?;
        } else {
            load.finish().await?;
            world.fleet.lock().await.stop_one(service).await?;
        }
        sleep(Duration::from_secs(2)).await;
        let mut waiting = world.broker.drain(service, 20_000).await?;
        replay::shuffle(&mut waiting, &mut play.dice(11));
        shuffled += waiting.len();
        world.broker.put(service, &waiting).await?;
        world.fleet.lock().await.restart(service)?;
        crate::fault::serves(world, service).await;
    }
    row.figure("events shuffled", shuffled);
    Ok(())
}
