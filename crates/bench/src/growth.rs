//! Growth: two fleets side by side, the second with ten times the rows in every table of every database; each row above is
//! measured on one and the other in turn, and may differ by a tenth.

use std::path::Path;

use story::fleet::Servers;

use crate::{
    entitlement, events,
    figure::Figures,
    gateway, grow, latency, order,
    portal::Portal,
    rounds::{Rounds, pair},
};

const SERVICES: [&str; 5] = ["identity", "billing", "membership", "voucher", "notification"];
/// Orders that are placed, paid and fulfilled, for rows of every kind.
const ORDERS: usize = 100;
/// Copies of each of those rows that both begin with.
const COPIES: u64 = 99;
/// Copies that the grown one has of everything.
const TIMES: u64 = 9;
/// Orders of one round of the latency.
const PAID: usize = 40;

/// Measures it.
pub async fn measure(
    dure: &Path,
    servers: &Servers,
    figures: &mut Figures,
    rounds: usize,
    keep_logs: bool,
) -> anyhow::Result<()> {
    let mut small = Portal::open(dure, servers, keep_logs).await?;
    let mut large = Portal::open(dure, servers, keep_logs).await?;
    let (before, after) = (grow(&mut small, 0).await?, grow(&mut large, TIMES).await?);
    println!("    {before} rows and {after} rows");
    checks(&mut small, &mut large, figures, rounds).await?;
    orders(&mut small, &mut large, figures, rounds).await?;
    facts(&small, &large, figures, rounds).await?;
    in_force(&mut small, &mut large, figures, rounds).await?;
    calls(&mut small, &mut large, figures, rounds).await?;
    small.fleet.stop().await?;
    large.fleet.stop().await
}

const AS_SMALL: &str = "with a tenth of the rows";

/// Rows of every kind; answers how many.
async fn grow(portal: &mut Portal, copies: u64) -> anyhow::Result<u64> {
    let tokens = portal.tokens().await?;
    latency::ours(portal, &tokens, ORDERS).await?;
    let mut rows = 0;
    for service in SERVICES {
        let sql = portal.sql(service).await?;
        order::told(&sql).await?;
        rows += grow::copy(&sql, COPIES).await?;
        if copies > 0 {
            let before = grow::rows(&sql).await?;
            let after = grow::copy(&sql, copies).await?;
            anyhow::ensure!(after >= before * (copies + 1) * 9 / 10, "{service} has {after} rows after {before}");
            rows = rows - before + after;
        }
    }
    Ok(rows)
}

async fn checks(small: &mut Portal, large: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let (one, other) = (small.tokens().await?.0, large.tokens().await?.0);
    let mut speed = Rounds::default();
    for round in 0..rounds {
        let (ours, limit) = pair(round, entitlement::ours(large, &other), entitlement::ours(small, &one)).await?;
        speed.push(ours.per_second(), limit.per_second());
    }
    figures.part("ten times the rows: CheckEntitlement", &speed, AS_SMALL, 90);
    Ok(())
}

async fn orders(small: &mut Portal, large: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let (one, other) = (small.tokens().await?.0, large.tokens().await?.0);
    let outboxes = [small.sql("billing").await?, large.sql("billing").await?];
    let (mut speed, mut latency) = (Rounds::default(), Rounds::default());
    for round in 0..rounds {
        for (clients, rounds) in [(16, &mut speed), (1, &mut latency)] {
            let ours = placed(large, &other, clients, &outboxes[1]);
            let (ours, limit) = pair(round, ours, placed(small, &one, clients, &outboxes[0])).await?;
            match clients {
                1 => rounds.push(ours.average(), limit.average()),
                _ => rounds.push(ours.per_second(), limit.per_second()),
            }
        }
    }
    figures.part("ten times the rows: place order, 16 clients", &speed, AS_SMALL, 90);
    figures.times("ten times the rows: place order, one client", &latency, AS_SMALL, 110);
    Ok(())
}

async fn placed(
    portal: &Portal,
    bearer: &crate::clients::Bearer,
    clients: usize,
    outbox: &crate::database::Sql,
) -> anyhow::Result<crate::load::Load> {
    let load = order::ours(portal, bearer, clients).await?;
    order::told(outbox).await?;
    Ok(load)
}

async fn facts(small: &Portal, large: &Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let one = (small.sql("identity").await?, small.sql("billing").await?);
    let other = (large.sql("identity").await?, large.sql("billing").await?);
    let mut speed = Rounds::default();
    for round in 0..rounds {
        let (ours, limit) = pair(round, events::ours(&other, events::COUNT), events::ours(&one, events::COUNT)).await?;
        speed.push(ours, limit);
    }
    figures.part("ten times the rows: outbox to consumer", &speed, AS_SMALL, 90);
    Ok(())
}

async fn in_force(small: &mut Portal, large: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let (one, other) = (small.tokens().await?, large.tokens().await?);
    let mut middle = Rounds::default();
    for round in 0..rounds {
        let (ours, limit) = pair(round, latency::ours(large, &other, PAID), latency::ours(small, &one, PAID)).await?;
        middle.push(ours.percentile(50), limit.percentile(50));
    }
    figures.times("ten times the rows: paid to in force, p50", &middle, AS_SMALL, 110);
    Ok(())
}

async fn calls(small: &mut Portal, large: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let (one, other) = (small.tokens().await?.0, large.tokens().await?.0);
    let mut speed = Rounds::default();
    for round in 0..rounds {
        let (ours, limit) = pair(round, gateway::ours(large, &other), gateway::ours(small, &one)).await?;
        speed.push(ours.per_second(), limit.per_second());
    }
    figures.part("ten times the rows: GET an order as JSON", &speed, AS_SMALL, 90);
    Ok(())
}
