//! R07: clients cut 30 of 100 calls within 2 ms, of 10,000. Nothing that was answered is lost, what was cut is done once
//! when it is asked for again, and no transaction stays open.

use std::sync::atomic::Ordering::Relaxed;

use futures::FutureExt as _;

use super::{Play, Scenario};
use crate::{
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R07",
    fault: "clients cut 30 of 100 calls within 2 ms",
    pass: "acknowledged lost 0; idle in transaction > 1 s: 0",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const SHARE: u64 = 30;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let plan = play.plan(play.size.of(1_000, 1_000, 10_000));
    stock_up(play.world, plan).await?;
    let tally = &play.world.tally;
    tally.cuts_per_hundred.store(SHARE, Relaxed);
    let played = Load::start(play.world, plan).finish().await;
    tally.cuts_per_hundred.store(0, Relaxed);
    played?;
    row.figure("calls cut", tally.cut.load(Relaxed));
    let idle = "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'idle in transaction' \
                AND state_change < now() - interval '1 second' AND datname LIKE 'fleet_%'";
    let idle = play.world.sql.billing.number(idle).await?;
    row.exactly("idle in transaction > 1 s", idle.unsigned_abs(), 0);
    Ok(())
}
