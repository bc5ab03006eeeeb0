//! Everything in one process (OP-1): the same services, SQLite files, events inside, a mailbox instead of mail and SMS,
//! an operator and a sample company. No other program is needed.

use std::sync::Arc;

use boot::{Running, Service, Start, settings::Sources, telemetry};
use flow::{Clock, LocalBus};

use crate::{one, sample};

/// Runs until Ctrl-C.
pub async fn run() -> anyhow::Result<()> {
    let sources = Sources::load(gateway::DEFAULTS)?;
    let common = sources.common()?;
    anyhow::ensure!(
        common.developer,
        "running everything in one process is for development; in production run each service alone"
    );
    let _telemetry = telemetry::start("dure", &common.telemetry)?;
    let start = Start { common, clock: Clock::system(), bus: Arc::new(LocalBus::new()) };
    // A port that is taken is told before anything is made.
    let mut settings: gateway::Settings = sources.get("gateway")?;
    settings.embedded = true;
    let listener = one::listen(settings.listen).await?;
    let address = listener.local_addr()?;

    let services = vec![
        alone::<notification::Notification>(&start).await?,
        alone::<identity::Identity>(&start).await?,
        alone::<billing::Billing>(&start).await?,
        alone::<membership::Membership>(&start).await?,
        alone::<voucher::Voucher>(&start).await?,
    ];
    let mut addresses = std::collections::BTreeMap::new();
    for service in &services {
        addresses.insert(service.name.to_owned(), format!("http://{}", service.address));
    }
    // Every service shares the one clock, so any of them can move it.
    addresses.insert("developer".to_owned(), format!("http://{}", services[0].address));
    let upstreams = gateway::Upstreams::to(&addresses)?;
    let router = gateway::router(upstreams, settings.clone())?;

    let (stop, mut stopping) = tokio::sync::watch::channel(false);
    let limits = settings.limits.clone();
    let edge = tokio::spawn(async move {
        gateway::serve(listener, router, &limits, async move {
            let _ = stopping.changed().await;
        })
        .await
    });
    let sample = sample::load(&addresses["identity"], &addresses["notification"]).await?;
    println!("{}", welcome(&address.to_string(), &sample));
    one::stopped().await?;
    println!("stopping");
    let _ = stop.send(true);
    edge.await??;
    for service in services {
        service.stop().await;
    }
    Ok(())
}

async fn alone<S: Service>(start: &Start) -> anyhow::Result<Running> {
    let mut start = start.clone();
    start.common.listen.grpc.set_port(0);
    Running::start::<S>(&start).await
}

fn welcome(address: &str, sample: &sample::Sample) -> String {
    format!(
        "
Dure is running: everything in this process, data in ./data (delete it to start anew).

  HTTP/JSON   http://{address}/v1/…     every call with its fields: http://{address}/docs
  OpenAPI     http://{address}/openapi.json
  gRPC        {address}                 with reflection: grpcurl -plaintext {address} list
  Mailbox     http://{address}/v1/mailbox      one-time codes, invitations and gifts arrive here

  Operator          {operator}  /  {operator_password}
  Sample company    {company}: super admin {login_id}  /  {password}

  Sign in:  curl -s http://{address}/v1/sessions -H 'Content-Type: application/json' \\
                 -H 'Idempotency-Key: '$(cat /proc/sys/kernel/random/uuid) \\
                 -d '{{\"login_id\":\"{login_id}\",\"password\":\"{password}\"}}'
  The whole story in one go, in another terminal:  scripts/demo

Ctrl-C stops it.",
        operator = sample.operator.0,
        operator_password = sample.operator.1,
        company = sample::COMPANY,
        login_id = sample::LOGIN_ID,
        password = sample::PASSWORD,
    )
}
