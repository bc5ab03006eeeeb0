//! R04: RabbitMQ is killed 8 times under load. No event is missing, and no call fails while it is away.

use std::time::Duration;

use futures::FutureExt as _;
use rand::Rng as _;
use tokio::time::sleep;

use super::{Play, Scenario};
use crate::{
    fault,
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R04",
    fault: "kill -9 of RabbitMQ",
    pass: "events missing 0; errors of the API while it is away 0",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut plan = play.plan(play.size.of(200, 600, 6_000));
    // A small send needs a code, which comes through the broker.
    plan.sends = false;
    let mut dice = play.dice(4);
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    for _ in 0..play.size.of(2, 2, 8) {
        sleep(Duration::from_millis(dice.random_range(3_000..6_000))).await;
        let away = Duration::from_millis(dice.random_range(0..3_000));
        fault::kill_server(play.world, play.servers, "rabbitmq", away).await?;
    }
    load.finish().await?;
    row.at_most("errors of the API", play.world.tally.unknown().into(), 0, "");
    Ok(())
}
