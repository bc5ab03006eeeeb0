//! R05: everything is killed at once, five times: all services, PostgreSQL and RabbitMQ. As after R02.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use futures::FutureExt as _;
use tokio::time::{Instant, sleep};

use super::{Play, Scenario};
use crate::{
    fault,
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R05",
    fault: "kill -9 of everything at once",
    pass: "lost 0, double 0, drift 0; at rest ≤ 15 s",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut plan = play.plan(play.size.of(200, 500, 4_000));
    plan.sends = false;
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    let mut longest = Duration::ZERO;
    for _ in 0..play.size.of(1, 1, 5) {
        sleep(Duration::from_secs(4)).await;
        let start = all(play).await?;
        for name in fault::PROCESSES {
            fault::serves(play.world, name).await;
        }
        longest = longest.max(start.elapsed());
    }
    load.finish().await?;
    row.figure("all serve, since PostgreSQL is back and with RabbitMQ's start", format!("{} ms", longest.as_millis()));
    Ok(())
}

/// The services need their database to start at all, so PostgreSQL comes first; answers when it was back.
async fn all(play: &Play<'_>) -> anyhow::Result<Instant> {
    let mut fleet = play.world.fleet.lock().await;
    play.servers.kill9("postgres").await?;
    play.servers.kill9("rabbitmq").await?;
    for name in fault::PROCESSES {
        fleet.kill9(name).await?;
    }
    play.world.kills.fetch_add(2 + fault::PROCESSES.len() as u64, Relaxed);
    play.servers.restart("postgres").await?;
    let back = Instant::now();
    for name in fault::PROCESSES {
        fleet.restart(name)?;
    }
    drop(fleet);
    play.servers.restart("rabbitmq").await?;
    Ok(back)
}
