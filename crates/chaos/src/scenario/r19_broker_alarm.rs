//! R19: the broker raises its memory alarm under load: it answers publishers nothing at all. No call fails, no event is
//! missing, and all comes to rest within 10 s after the alarm is over.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::{process::Command, time::sleep};

use super::{Play, Scenario};
use crate::{
    check::health,
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R19",
    fault: "the broker's memory alarm",
    pass: "errors of the API 0; events missing 0; recovers ≤ 10 s",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const RECOVERS: u128 = 10_000;
const CONTROL: &str = "/usr/lib/rabbitmq/bin/rabbitmqctl";

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut plan = play.plan(play.size.of(100, 300, 2_000));
    plan.sends = false;
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    watermark(play, "0.0000001").await?;
    sleep(Duration::from_secs(play.size.of(3, 12, 30))).await;
    let over = watermark(play, "0.4").await;
    load.finish().await?;
    over?;
    row.at_most("errors of the API", play.world.tally.unknown().into(), 0, "");
    row.at_most("recovers after", health::rest(play.world).await.as_millis(), RECOVERS, "ms");
    Ok(())
}

async fn watermark(play: &Play<'_>, share: &str) -> anyhow::Result<()> {
    let folder = play.servers.folder().join("rabbitmq");
    let words = format!(". ./environment && exec {CONTROL} set_vm_memory_high_watermark {share}");
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &words]).current_dir(folder).stdout(std::process::Stdio::null());
    let ended = shell.status().await?;
    anyhow::ensure!(ended.success(), "rabbitmqctl ended with {ended}");
    Ok(())
}
