//! What is broken on purpose: services, PostgreSQL and RabbitMQ are killed by the process ids that were stored, and
//! started again; how long they took to serve is measured.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use rand::{Rng as _, rngs::StdRng};
use story::servers::OwnServers;
use tokio::time::{Instant, sleep, timeout};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::{operation::read, stage::World};

/// Every process of Dure.
pub const PROCESSES: [&str; 6] = ["identity", "billing", "membership", "voucher", "notification", "gateway"];
const PAUSE: Duration = Duration::from_millis(20);
const GIVE_UP: Duration = Duration::from_secs(60);

/// `kill -9` of a service, and its restart at once; answers how long it took to serve again.
pub async fn kill_service(world: &World, name: &str) -> anyhow::Result<Duration> {
    let mut fleet = world.fleet.lock().await;
    fleet.kill9(name).await?;
    world.kills.fetch_add(1, Relaxed);
    let start = Instant::now();
    fleet.restart(name)?;
    drop(fleet);
    serves(world, name).await;
    Ok(start.elapsed())
}

/// Kills some service every so often until so many kills are done; answers how long each took to serve again.
pub async fn kill_services(
    world: &Arc<World>,
    dice: &mut StdRng,
    kills: u32,
    between: std::ops::Range<u64>,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for _ in 0..kills {
        sleep(Duration::from_millis(dice.random_range(between.clone()))).await;
        let victim = PROCESSES[dice.random_range(0..PROCESSES.len())];
        times.push(kill_service(world, victim).await?);
    }
    Ok(times)
}

/// Kills a server and starts it again after a while.
pub async fn kill_server(world: &World, servers: &OwnServers, name: &str, away: Duration) -> anyhow::Result<()> {
    servers.kill9(name).await?;
    world.kills.fetch_add(1, Relaxed);
    sleep(away).await;
    servers.restart(name).await
}

/// Waits until a process answers its health check.
pub async fn serves(world: &World, name: &str) {
    let until = Instant::now() + GIVE_UP;
    while Instant::now() < until {
        let up = match name {
            "gateway" => world.anyone.ask("/healthz").await.is_ok_and(|answer| answer.status.is_success()),
            service => healthy(world, service).await,
        };
        if up {
            return;
        }
        sleep(PAUSE).await;
    }
}

async fn healthy(world: &World, service: &str) -> bool {
    let mut client = HealthClient::new(world.calls.channel(service));
    let asked = client.check(HealthCheckRequest { service: String::new() });
    let answer = timeout(Duration::from_secs(2), asked).await;
    matches!(answer, Ok(Ok(answer)) if answer.get_ref().status() == ServingStatus::Serving)
}

/// Waits until reads that need the database are answered by the services the load uses; answers how long that took.
pub async fn database_serves(world: &World) -> Duration {
    let start = Instant::now();
    while start.elapsed() < GIVE_UP {
        let asked = async { (read::lots(world, 0).await, read::order(world, 0, "ord_none").await) };
        if let Ok((lots, order)) = timeout(Duration::from_secs(5), asked).await
            && answered(&lots)
            && answered(&order)
        {
            break;
        }
        sleep(PAUSE).await;
    }
    start.elapsed()
}

/// Any definite answer is one.
fn answered(answer: &Result<(), tonic::Status>) -> bool {
    use tonic::Code;
    !answer.as_ref().is_err_and(|status| {
        matches!(
            status.code(),
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown | Code::Internal
        )
    })
}

/// SIGSTOP and SIGCONT of a process, by its id.
pub async fn signal(id: u32, signal: &str) -> anyhow::Result<()> {
    let sent = tokio::process::Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {id}")]).status().await?;
    anyhow::ensure!(sent.success(), "{id} could not be sent SIG{signal}");
    Ok(())
}
