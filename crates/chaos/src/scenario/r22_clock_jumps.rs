//! R22: the voucher service's clock jumps over the last day of its lots. Everything that is unclaimed expires, once, on
//! the day after the last one and not before, to the won.

use std::time::Duration;

use contract::developer::v1::AdvanceClockRequest;
use futures::FutureExt as _;
use tokio::time::{Instant, sleep};

use super::{Play, Scenario};
use crate::{operation::stock, report::Row, stage::World};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R22",
    fault: "the clock jumps over the lots' last day",
    pass: "nothing expires early, late or twice; drift 0",
    play: |play, row| run(play, row).boxed(),
    spoils: true,
};

const PATIENCE: Duration = Duration::from_secs(60);
const DAY: i64 = 86_400;
const DAYS_LEFT: &str =
    "SELECT MIN(valid_through) - CAST(now() AT TIME ZONE 'Asia/Seoul' AS date) FROM lots WHERE state = 'open'";

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    stock::gifts(world, 0, play.size.of(20, 100, 1_000)).await?;
    let days = world.sql.voucher.number(DAYS_LEFT).await?;
    anyhow::ensure!(days > 1_000, "lots are valid for years, not for {days} days");
    let before = value_left(world).await?;
    *crate::history::lock(&world.forgets) = Some("voucher");
    advance(world, (days - 1) * DAY).await?;
    sleep(Duration::from_secs(3)).await;
    row.exactly("expired the day before", expired(world).await?.unsigned_abs(), 0);
    advance(world, 2 * DAY).await?;
    let until = Instant::now() + PATIENCE;
    while value_left(world).await? > 0 && Instant::now() < until {
        sleep(Duration::from_millis(300)).await;
    }
    row.exactly("expired the day after, won", expired(world).await?.unsigned_abs(), before.unsigned_abs());
    row.exactly("left, won", value_left(world).await?.unsigned_abs(), 0);
    Ok(())
}

async fn advance(world: &World, seconds: i64) -> anyhow::Result<()> {
    world.calls.clock("voucher").advance_clock(AdvanceClockRequest { seconds }).await?;
    Ok(())
}

async fn value_left(world: &World) -> anyhow::Result<i64> {
    world.sql.voucher.number("SELECT SUM(available + outstanding) FROM lots").await
}

async fn expired(world: &World) -> anyhow::Result<i64> {
    world.sql.voucher.number("SELECT SUM(expired) FROM lots").await
}
