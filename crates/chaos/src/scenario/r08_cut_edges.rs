//! R08: each edge is cut in three ways under load: client to service, service to PostgreSQL, service to RabbitMQ, by a
//! reset, silently, in one direction. Every call has a definite answer, or none within its deadline + 200 ms; all comes
//! to rest within 20 s after the wire is whole again.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use anyhow::Context as _;
use futures::FutureExt as _;
use story::fleet::Servers;
use tokio::time::{sleep, timeout};

use super::{Play, Scenario};
use crate::{
    calls::Calls,
    check::health,
    drive::DEADLINE,
    load::Load,
    proxy::{Cut, Wire},
    report::Row,
    stage::World,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R08",
    fault: "each edge cut: reset, silent, one way",
    pass: "an answer within the deadline + 200 ms; at rest ≤ 20 s",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const CUTS: [Cut; 3] = [Cut::Reset, Cut::Silent, Cut::OneWay];
const REST: u128 = 20_000;
const SERVICES: [&str; 5] = ["identity", "billing", "membership", "voucher", "notification"];

/// A fleet of its own, whose every edge is a wire.
async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let servers = play.servers.urls()?;
    let postgres = Wire::to(&host(&servers.postgres)?).await?;
    let rabbitmq = Wire::to(&host(&servers.amqp)?).await?;
    let through = Servers {
        postgres: servers.postgres.replace(&host(&servers.postgres)?, &postgres.address.to_string()),
        amqp: servers.amqp.replace(&host(&servers.amqp)?, &rabbitmq.address.to_string()),
    };
    let mut world = World::set(play.dure, &through, &[], play.seed).await?;
    let mut edges = vec![("postgres", postgres), ("rabbitmq", rabbitmq)];
    let mut clients = Vec::new();
    for service in SERVICES {
        let target = world.fleet.lock().await.setting(service, "DURE__LISTEN__GRPC")?.to_owned();
        clients.push((service, Wire::to(&target).await?));
    }
    let address = |service: &str| {
        let wire = clients.iter().find(|(name, _)| *name == service);
        Ok(wire.context("no such service")?.1.address.to_string())
    };
    world.calls = Calls::through(address)?;
    edges.extend(clients);
    let world = Arc::new(world);
    for (edge, wire) in
        edges.iter().filter(|(edge, _)| matches!(*edge, "postgres" | "rabbitmq" | "billing" | "voucher"))
    {
        for cut in CUTS {
            one(play, row, &world, edge, wire, cut).await?;
        }
    }
    let checked = timeout(Duration::from_secs(120), crate::check::all(&world)).await?;
    checked?;
    row.take(world.found.take());
    row.at_most("the slowest call", world.tally.slowest.load(Relaxed).into(), DEADLINE.as_millis() + 250, "ms");
    row.figure("operations over cut edges", world.history.count());
    crate::end(world).await;
    Ok(())
}

async fn one(
    play: &Play<'_>,
    row: &mut Row,
    world: &Arc<World>,
    edge: &str,
    wire: &Wire,
    cut: Cut,
) -> anyhow::Result<()> {
    let mut plan = play.plan(play.size.of(20, 40, 300));
    plan.sends = false;
    let load = Load::start(world, plan);
    sleep(Duration::from_secs(1)).await;
    wire.set(cut);
    sleep(Duration::from_secs(play.size.of(3, 5, 15))).await;
    wire.set(Cut::Whole);
    load.finish().await?;
    let took = health::rest(world).await.as_millis();
    row.at_most(&format!("{edge} {cut:?}: at rest after"), took, REST, "ms");
    Ok(())
}

/// `host:port` of a URL with a user.
fn host(url: &str) -> anyhow::Result<String> {
    let after = url.rsplit_once('@').context("a URL with a user")?.1;
    Ok(after.split('/').next().unwrap_or_default().to_owned())
}
