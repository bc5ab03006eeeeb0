//! One service alone, as Kubernetes runs it: PostgreSQL, RabbitMQ, SIGTERM.

use std::sync::Arc;

use anyhow::Context as _;
use boot::{Running, Service, Start, settings::Sources, telemetry};
use flow::{Bus, Clock, LocalBus, RabbitBus};

/// Serves until SIGTERM or Ctrl-C, then drains.
pub async fn serve<S: Service>() -> anyhow::Result<()> {
    let start = start(S::NAME, S::DEFAULTS)?;
    let _telemetry = telemetry::start(S::NAME, &start.common.telemetry)?;
    let running = Running::start::<S>(&start).await?;
    println!("{} answers gRPC on {}", S::NAME, running.address);
    stopped().await?;
    running.stop().await;
    Ok(())
}

/// The edge alone.
pub async fn gateway() -> anyhow::Result<()> {
    let sources = Sources::load(gateway::DEFAULTS)?;
    let common = sources.common()?;
    let mut settings: gateway::Settings = sources.get("gateway")?;
    settings.embedded &= common.developer;
    let _telemetry = telemetry::start("gateway", &common.telemetry)?;
    let router = gateway::router(gateway::Upstreams::to(&settings.upstreams)?, settings.clone())?;
    let listener = listen(settings.listen).await?;
    println!("gateway answers HTTP/JSON and gRPC on {}", listener.local_addr()?);
    gateway::serve(listener, router, &settings.limits, async {
        let _ = stopped().await;
    })
    .await
}

/// Migrates one service's database, or all of them (each needs its own `database.url` then, so `all` is for SQLite).
pub async fn migrate(service: &str) -> anyhow::Result<()> {
    async fn one<S: Service>() -> anyhow::Result<()> {
        Running::migrate::<S>(&start(S::NAME, S::DEFAULTS)?).await?;
        println!("{} is up to date", S::NAME);
        Ok(())
    }
    match service {
        "identity" => one::<identity::Identity>().await,
        "billing" => one::<billing::Billing>().await,
        "membership" => one::<membership::Membership>().await,
        "voucher" => one::<voucher::Voucher>().await,
        "notification" => one::<notification::Notification>().await,
        "all" => {
            for service in ["identity", "billing", "membership", "voucher", "notification"] {
                Box::pin(migrate(service)).await?;
            }
            Ok(())
        }
        other => {
            anyhow::bail!("there is no service {other}: identity, billing, membership, voucher, notification or all")
        }
    }
}

/// Binds the edge's port, with the way out when it is taken.
pub async fn listen(at: std::net::SocketAddr) -> anyhow::Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(at).await.with_context(|| {
        format!("gateway.listen: {at} cannot be used; choose another, for example DURE__GATEWAY__LISTEN=127.0.0.1:8081")
    })
}

/// Resolves on SIGTERM or Ctrl-C.
pub async fn stopped() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        outcome = tokio::signal::ctrl_c() => outcome?,
    }
    Ok(())
}

fn start(service: &str, defaults: &str) -> anyhow::Result<Start> {
    let common = Sources::load(defaults)?.common()?;
    let url = common.bus.url.expose();
    let bus: Arc<dyn Bus> = if url.is_empty() {
        eprintln!("{service}: bus.url is empty, so no other process hears this one's events");
        Arc::new(LocalBus::new())
    } else {
        Arc::new(RabbitBus::named(url, &common.bus.name).context("bus.url")?)
    };
    Ok(Start { common, clock: Clock::system(), bus })
}
