//! R06: a service dies at a named point of the pipeline, at twelve points, twenty times each; each time all comes to rest
//! and nothing is lost or done twice. It needs the build that can be broken on purpose.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::{Instant, sleep};

use super::{Play, Scenario};
use crate::{
    check::health,
    fault,
    load::{Load, Plan},
    report::Row,
    stage::World,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R06",
    fault: "death at 12 named points of the pipeline",
    pass: "240 of 240 come to rest, nothing lost or double",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const POINTS: [&str; 12] = [
    "begun",
    "claimed",
    "performed",
    "answer-kept",
    "before-commit",
    "after-commit",
    "relay-before-publish",
    "relay-after-publish",
    "relay-marked",
    "consumer-before-take",
    "consumer-before-ack",
    "consumer-after-ack",
];
const PATIENCE: Duration = Duration::from_secs(30);
const VICTIM: &str = "billing";

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let times = play.size.of(1, 1, 20);
    let mut died = 0;
    for point in POINTS {
        for _ in 0..times {
            died += u64::from(die_at(play, point).await?);
        }
    }
    row.exactly("died at its point and came to rest", died, POINTS.len() as u64 * times);
    Ok(())
}

/// Whether it died there and all came to rest afterwards.
async fn die_at(play: &Play<'_>, point: &str) -> anyhow::Result<bool> {
    let world = play.world;
    arm(world, point).await?;
    let load = Load::start(world, Plan { operations: 40, sends: false, ..play.plan(40) });
    let dead = wait_for_death(world).await;
    arm(world, "").await?;
    fault::serves(world, VICTIM).await;
    load.finish().await?;
    let took = health::i13_converges(world).await;
    println!("      {point}: {} after {} ms", if dead { "died, at rest" } else { "DID NOT DIE" }, took.as_millis());
    Ok(dead)
}

/// Starts the victim anew with the point set.
async fn arm(world: &World, point: &str) -> anyhow::Result<()> {
    let mut fleet = world.fleet.lock().await;
    fleet.set(VICTIM, "DURE_SABOTAGE_CRASH", point)?;
    fleet.kill9(VICTIM).await?;
    world.kills.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    fleet.restart(VICTIM)
}

async fn wait_for_death(world: &World) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if !world.fleet.lock().await.all_run().is_empty() {
            return true;
        }
        sleep(Duration::from_millis(50)).await;
    }
    false
}
