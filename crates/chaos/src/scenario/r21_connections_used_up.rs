//! R21: somebody uses up all connections of PostgreSQL and cuts those of the services. Calls are told to come again, with a
//! clear status; there is no drift; all serve again within 10 s after the connections are free.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::sleep;

use super::{Play, Scenario};
use crate::{
    check::health,
    database::Sql,
    load::{Load, stock_up},
    report::Row,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R21",
    fault: "the connections of PostgreSQL used up",
    pass: "a clear status; drift 0; recovers ≤ 10 s",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const RECOVERS: u128 = 10_000;
/// As `scripts/servers` sets it.
const CONNECTIONS: usize = 300;
const CUT: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'fleet_%' AND pid <> pg_backend_pid()";

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut plan = play.plan(play.size.of(100, 300, 2_000));
    plan.sends = false;
    stock_up(play.world, plan).await?;
    let load = Load::start(play.world, plan);
    sleep(Duration::from_secs(1)).await;
    let url = play.servers.urls()?.postgres;
    let mut taken = Vec::new();
    while taken.len() < CONNECTIONS {
        match Sql::open(&url).await {
            Ok(connection) => taken.push(connection),
            Err(_) => break,
        }
    }
    // Those of the services are cut; whoever is faster has the free ones.
    if let Some(first) = taken.first() {
        let _ = first.texts(CUT).await;
    }
    while taken.len() < 2 * CONNECTIONS {
        match Sql::open(&url).await {
            Ok(connection) => taken.push(connection),
            Err(_) => break,
        }
    }
    row.figure("connections taken", taken.len());
    sleep(Duration::from_secs(play.size.of(3, 6, 20))).await;
    drop(taken);
    load.finish().await?;
    row.at_most("recovers after", health::rest(play.world).await.as_millis(), RECOVERS, "ms");
    Ok(())
}
