//! Each service by itself: how long from its start until it says that it serves, and its memory, idle and after load.

use std::time::{Duration, Instant};

use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::{entitlement, events, figure::Figures, gateway, load::nanos, memory::resident, order, portal::Portal};

const SERVICES: [&str; 5] = ["identity", "billing", "membership", "voucher", "notification"];
const PATIENCE: Duration = Duration::from_secs(30);
/// Until it has done what it does at its start.
const SETTLE: Duration = Duration::from_secs(3);

/// Measures it.
pub async fn measure(portal: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    for service in SERVICES {
        let mut starts = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            starts.push(start(portal, service).await?);
        }
        let limit = Duration::from_secs(1);
        figures.at_most_time(&format!("start of {service}"), crate::rounds::middle(starts), limit);
    }
    portal.fleet.stop_one("gateway").await?;
    portal.fleet.restart("gateway")?;
    portal.fleet.ready().await?;
    tokio::time::sleep(SETTLE).await;
    let all = || SERVICES.into_iter().chain(["gateway"]);
    for service in all() {
        let idle = resident(portal.fleet.process_id(service)?) / 1024;
        figures.at_most(&format!("memory of {service}, idle"), idle, 40, "MiB");
    }
    load(portal).await?;
    let after = all().map(|name| Ok(format!("{name} {}", resident(portal.fleet.process_id(name)?) / 1024)));
    let after = after.collect::<anyhow::Result<Vec<_>>>()?.join(", ");
    figures.told("the same after the loads above, MiB", after);
    Ok(())
}

/// Something of everything.
async fn load(portal: &mut Portal) -> anyhow::Result<()> {
    let (bearer, _) = portal.tokens().await?;
    entitlement::ours(portal, &bearer).await?;
    order::ours(portal, &bearer, 16).await?;
    gateway::ours(portal, &bearer).await?;
    let both = (portal.sql("identity").await?, portal.sql("billing").await?);
    events::ours(&both, events::COUNT).await?;
    Ok(())
}

/// From the start of a service to its first `SERVING`; nanoseconds.
async fn start(portal: &mut Portal, service: &str) -> anyhow::Result<u64> {
    portal.fleet.stop_one(service).await?;
    let url = portal.grpc(service)?;
    let start = Instant::now();
    portal.fleet.restart(service)?;
    loop {
        if serves(&url).await {
            return Ok(nanos(start.elapsed()));
        }
        anyhow::ensure!(start.elapsed() < PATIENCE, "{service} did not start");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn serves(url: &str) -> bool {
    let Ok(endpoint) = Endpoint::from_shared(url.to_owned()) else { return false };
    let Ok(channel) = endpoint.connect().await else { return false };
    let ready = HealthCheckRequest { service: "ready".to_owned() };
    let answer = HealthClient::new(channel).check(ready).await;
    answer.is_ok_and(|answer| answer.get_ref().status() == ServingStatus::Serving)
}
