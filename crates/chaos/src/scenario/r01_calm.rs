//! R01: nothing is broken; 10,000 operations leave no drift.

use futures::FutureExt as _;

use super::{Play, Scenario};
use crate::{
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R01",
    fault: "none",
    pass: "drift 0 over 10,000 operations",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let plan = play.plan(play.size.of(200, 1_000, 10_000));
    stock_up(play.world, plan).await?;
    Load::start(play.world, plan).finish().await?;
    row.at_most("unknown answers while calm", play.world.tally.unknown().into(), 0, "");
    Ok(())
}
