//! R18: a consumer is frozen for a while. Nobody else waits for it, and it makes up for what it missed.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::sleep;

use super::{Play, Scenario};
use crate::{
    check::health,
    fault,
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R18",
    fault: "a consumer that takes nothing",
    pass: "errors of the API 0; drift 0; recovers ≤ 10 s",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const RECOVERS: u128 = 10_000;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut plan = play.plan(play.size.of(100, 300, 2_000));
    plan.sends = false;
    stock_up(play.world, plan).await?;
    // Only notification is a consumer alone: nobody calls it.
    let id = play.world.fleet.lock().await.process_id("notification")?;
    fault::signal(id, "STOP").await?;
    let played = async {
        Load::start(play.world, plan).finish().await?;
        sleep(Duration::from_secs(play.size.of(2, 5, 20))).await;
        anyhow::Ok(())
    }
    .await;
    fault::signal(id, "CONT").await?;
    played?;
    row.at_most("errors of the API", play.world.tally.unknown().into(), 0, "");
    row.at_most("recovers after", health::rest(play.world).await.as_millis(), RECOVERS, "ms");
    Ok(())
}
