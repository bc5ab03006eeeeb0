//! R03: PostgreSQL is killed 12 times under load. Nothing that was answered is lost; the services serve within 5 s after
//! it is back.

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
    id: "R03",
    fault: "kill -9 of PostgreSQL",
    pass: "acknowledged lost 0; serves ≤ 5 s after it is back",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const SERVES: u128 = 5_000;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let plan = play.plan(play.size.of(200, 600, 6_000));
    let mut dice = play.dice(3);
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    let mut longest = Duration::ZERO;
    for _ in 0..play.size.of(2, 3, 12) {
        sleep(Duration::from_millis(dice.random_range(3_000..6_000))).await;
        let away = Duration::from_millis(dice.random_range(0..2_000));
        fault::kill_server(play.world, play.servers, "postgres", away).await?;
        longest = longest.max(fault::database_serves(play.world).await);
    }
    load.finish().await?;
    row.at_most("serves after it is back", longest.as_millis(), SERVES, "ms");
    Ok(())
}
