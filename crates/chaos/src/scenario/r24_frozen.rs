//! R24: a service is frozen for 30 s under load, in the middle of whatever it does, and goes on afterwards. Each of its
//! jobs has one effect, and what it wanted to write late is refused or was not done yet.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::sleep;

use super::{Play, Scenario};
use crate::{
    fault,
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R24",
    fault: "SIGSTOP of a service for 30 s",
    pass: "each job once, its late write refused; lost 0, double 0",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let plan = play.plan(play.size.of(100, 300, 2_000));
    let frozen = Duration::from_secs(play.size.of(12, 30, 30));
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    for service in
        play.size.of(&["voucher"][..], &["voucher", "billing"][..], &["voucher", "billing", "membership"][..])
    {
        sleep(Duration::from_secs(2)).await;
        let id = play.world.fleet.lock().await.process_id(service)?;
        fault::signal(id, "STOP").await?;
        sleep(frozen).await;
        fault::signal(id, "CONT").await?;
        fault::serves(play.world, service).await;
    }
    load.finish().await?;
    row.figure("frozen for", format!("{} s", frozen.as_secs()));
    Ok(())
}
