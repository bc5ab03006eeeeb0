//! R12: a hand takes bindings away under load. The events come back to who told them, are told again, and none is missing.

use std::time::Duration;

use contract::{Fact as _, billing::v1::OrderPaid, membership::v1::OrderApplied, voucher::v1::LotFunded};
use futures::FutureExt as _;
use tokio::time::sleep;

use super::{Play, Scenario};
use crate::{
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R12",
    fault: "bindings taken away under load",
    pass: "events missing 0",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let plan = play.plan(play.size.of(150, 400, 4_000));
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    let times = play.size.of(2, 3, 20);
    for _ in 0..times {
        sleep(Duration::from_secs(2)).await;
        for (service, kind) in [
            ("membership", OrderPaid::event_type()),
            ("billing", OrderApplied::event_type()),
            ("billing", LotFunded::event_type()),
        ] {
            play.world.broker.unbind(service, kind.as_str()).await?;
        }
    }
    load.finish().await?;
    row.figure("bindings taken away", 3 * times);
    Ok(())
}
