//! A service from start to stop (OP-5): it refuses a database that lacks migrations, eight migrators at once do it once,
//! readiness tells the truth, and a call under way when it is told to stop is answered.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use std::time::Duration;

use boot::{Kit, Running, Service, Start, Wired, settings::Sources};
use contract::developer::v1::{GetClockRequest, clock_service_client::ClockServiceClient};
use flow::{Clock, LocalBus, pending_migrations};
use sea_orm_migration::MigrationTrait;
use serde::Deserialize;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

struct Empty;

#[derive(Deserialize)]
struct Settings {}

impl Service for Empty {
    const NAME: &'static str = "empty";
    const DEFAULTS: &'static str = "[empty]";
    type Settings = Settings;
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
    fn wire(kit: &Kit, _: Settings) -> anyhow::Result<Wired> {
        Ok(Wired::new(&kit.flow()))
    }
}

fn start(folder: &std::path::Path) -> Start {
    let mut common = Sources::load("").unwrap().common().unwrap();
    common.data_dir = folder.to_owned();
    common.listen.grpc.set_port(0);
    Start { common, clock: Clock::system(), bus: std::sync::Arc::new(LocalBus::new()) }
}

// OP-5
#[tokio::test(flavor = "multi_thread")]
async fn it_says_when_it_is_ready_and_answers_until_it_has_drained() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start::<Empty>(&start(folder.path())).await.unwrap();
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", running.address)).unwrap().connect_lazy();
    let mut health = HealthClient::new(channel.clone());
    for service in ["", "ready"] {
        let mut serving = false;
        for _ in 0..100 {
            let asked = health.check(HealthCheckRequest { service: service.into() }).await;
            serving = asked.is_ok_and(|reply| reply.into_inner().status == 1);
            if serving {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(serving, "{service:?} never said SERVING");
    }
    let mut clock = ClockServiceClient::new(channel);
    clock.get_clock(GetClockRequest {}).await.unwrap();
    let calls = tokio::spawn(async move {
        let mut answered = 0;
        while clock.get_clock(GetClockRequest {}).await.is_ok() {
            answered += 1;
        }
        answered
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    running.stop().await;
    assert!(calls.await.unwrap() > 0);
}

// OP-5
#[tokio::test(flavor = "multi_thread")]
async fn eight_migrators_at_once_do_it_once() {
    let Ok(server) = std::env::var("DURE_TEST_POSTGRES") else {
        eprintln!("DURE_TEST_POSTGRES is not set: scripts/test sets it");
        return;
    };
    let name = format!("migrators_{}", uuid::Uuid::new_v4().simple());
    let admin = flow::Db::open(&server, 1).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(admin.write(), &format!("CREATE DATABASE {name}")).await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);

    let mut start = start(std::env::temp_dir().as_path());
    start.common.database.url = url.clone().into();
    let refused = Running::start::<Empty>(&start).await.err().unwrap().to_string();
    assert!(refused.contains("dure migrate empty"), "{refused}");

    let all = (0..8).map(|_| Running::migrate::<Empty>(&start));
    for outcome in futures::future::join_all(all).await {
        outcome.unwrap();
    }
    let db = flow::Db::open(&url, 1).await.unwrap();
    assert_eq!(pending_migrations(&db, Empty::migrations).await.unwrap(), 0);
}
