//! R02: a random service is killed every 3 to 7 s under load, 40 times over 20,000 operations. Nothing that was answered
//! is lost or done twice; each serves again within 3 s; all comes to rest within 15 s.

use futures::FutureExt as _;

use super::{Play, Scenario, Size};
use crate::{
    fault,
    load::{Load, stock_up},
    report::{Row, p99},
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R02",
    fault: "kill -9 of a random service every 3 to 7 s",
    pass: "lost 0, double 0, drift 0; serves again ≤ 3 s (p99); at rest ≤ 15 s",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const SERVES: u128 = 3_000;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let plan = play.plan(play.size.of(300, 1_500, 20_000));
    let kills = play.size.of(6, 10, 40);
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    let between = if play.size == Size::Control { 1_000..3_000 } else { 3_000..7_000 };
    let times = fault::kill_services(play.world, &mut play.dice(2), kills, between).await?;
    load.finish().await?;
    row.at_most("serves again (p99)", p99(times).as_millis(), SERVES, "ms");
    Ok(())
}
