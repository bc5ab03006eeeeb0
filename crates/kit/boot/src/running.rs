//! A service from start to drain: database, schema check, bus, tokens, server, relay, whens, everies.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use flow::{Bus, Clock, Consumer, Db, Engine, Every, Flow, Inbox, Job, migrate, pending_migrations, relay};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{
    Common, Kit, Service,
    access::WhoMay,
    developer, published, server,
    settings::Sources,
    token::{KeySet, TokenSigner},
};

/// What a service is started with, beside its own settings.
#[derive(Clone)]
pub struct Start {
    /// Common settings.
    pub common: Common,
    /// The clock; one for all in the embedded mode.
    pub clock: Clock,
    /// The bus.
    pub bus: Arc<dyn Bus>,
}

impl Start {
    /// The database of the named service: the URL set, or a SQLite file in the data folder.
    pub async fn database(&self, service: &str) -> anyhow::Result<Db> {
        let set = self.common.database.url.expose();
        if !set.is_empty() {
            return Db::open(set, self.common.database.connections).await;
        }
        std::fs::create_dir_all(&self.common.data_dir)
            .with_context(|| format!("data_dir {} cannot be made", self.common.data_dir.display()))?;
        let file = self.common.data_dir.join(format!("{service}.db"));
        Db::open(&format!("sqlite:{}", file.display()), 1).await
    }

    fn keys(&self) -> anyhow::Result<(TokenSigner, KeySet)> {
        let signer = TokenSigner::new(self.common.keys.seed()?);
        let mut public = self.common.keys.public()?;
        if public.is_empty() && self.common.keys.published_at.is_empty() {
            public.push(signer.public());
        }
        Ok((signer, KeySet::new(public)?))
    }
}

/// A service that runs.
pub struct Running {
    /// Its name.
    pub name: &'static str,
    /// Where it answers gRPC.
    pub address: SocketAddr,
    /// Its pipeline; tests look into it.
    pub flow: Flow,
    stop: CancellationToken,
    health: HealthReporter,
    server: JoinHandle<anyhow::Result<()>>,
    tasks: Vec<JoinHandle<()>>,
    drain: Duration,
}

impl Running {
    /// Migrates the service's database.
    pub async fn migrate<S: Service>(start: &Start) -> anyhow::Result<()> {
        let db = start.database(S::NAME).await?;
        migrate(&db, S::migrations).await.with_context(|| format!("migrating {}", S::NAME))
    }

    /// Starts the service on its own settings.
    pub async fn start<S: Service>(start: &Start) -> anyhow::Result<Self> {
        let settings = Sources::load(S::DEFAULTS)?.get::<S::Settings>(S::NAME)?;
        Self::start_with::<S>(start, settings).await
    }

    /// Starts the service on the given settings.
    pub async fn start_with<S: Service>(start: &Start, settings: S::Settings) -> anyhow::Result<Self> {
        let db = start.database(S::NAME).await?;
        // One process owns a SQLite file, so it may bring it up to date itself.
        if db.engine() == Engine::Sqlite {
            migrate(&db, S::migrations).await?;
        }
        let lacking = pending_migrations(&db, S::migrations).await?;
        anyhow::ensure!(lacking == 0, "the database lacks {lacking} migrations: run `dure migrate {}` first", S::NAME);

        let flow = Flow::new(S::NAME, db, start.clock.clone(), start.common.keys.seal()?);
        let (signer, keys) = start.keys()?;
        let kit = Kit {
            flow,
            keys: keys.clone(),
            signer,
            developer: start.common.developer,
            data_dir: start.common.data_dir.clone(),
        };
        let mut wired = S::wire(&kit, settings).with_context(|| format!("wiring {}", S::NAME))?;
        check_subscriptions(S::NAME, &wired.subscribes_to())?;
        for work in wired.at_start.drain(..) {
            work.await.map_err(|stop| anyhow::anyhow!("starting {}: {stop}", S::NAME))?;
        }
        if start.common.developer {
            wired = wired.grpc(developer::server(start.clock.clone()));
        }

        let stop = CancellationToken::new();
        let who_may = WhoMay { keys: keys.clone(), clock: start.clock.clone(), developer: start.common.developer };
        let listening =
            server::listen(start.common.listen.grpc, wired.routes, wired.names, who_may, stop.clone()).await?;
        let flow = wired.flow;
        let inbox = Arc::new(Inbox::new(flow.clone(), wired.whens));
        let kinds = inbox.kinds();
        start.bus.subscribe(S::NAME, kinds, inbox as Arc<dyn Consumer>, stop.clone()).await?;
        let mut tasks = vec![
            tokio::spawn(relay(flow.clone(), start.bus.clone(), stop.clone())),
            tokio::spawn(tell_health(listening.health.clone(), flow.clone(), start.bus.clone(), stop.clone())),
        ];
        if !start.common.keys.published_at.is_empty() {
            let at = Endpoint::from_shared(start.common.keys.published_at.clone()).context("keys.published_at")?;
            tasks.push(tokio::spawn(published::follow(at, keys, stop.clone())));
        }
        let forget = Job::worker("day_forget_requests", Every::day(), flow::forget_requests);
        tasks.extend(
            [forget].into_iter().chain(wired.jobs).map(|job| tokio::spawn(job.turn(flow.clone(), stop.clone()))),
        );
        tracing::info!(service = S::NAME, address = %listening.address, "serving");
        Ok(Self {
            name: S::NAME,
            address: listening.address,
            flow,
            stop,
            health: listening.health,
            server: listening.task,
            tasks,
            drain: Duration::from_secs(start.common.listen.drain_seconds),
        })
    }

    /// Stops without waiting: what a crash would leave is left.
    pub fn halt(&self) {
        self.stop.cancel();
    }

    /// Not serving → drain within the bound → stop (OP-5).
    pub async fn stop(self) {
        self.health.set_service_status("", ServingStatus::NotServing).await;
        self.health.set_service_status(READY, ServingStatus::NotServing).await;
        self.stop.cancel();
        let all = async {
            let _ = self.server.await;
            for task in self.tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(self.drain, all).await.is_err() {
            tracing::warn!(service = self.name, "calls were still under way when the drain's time was over");
        }
    }
}

/// The health service's name for readiness; `""` is liveness.
const READY: &str = "ready";

/// Readiness tells the truth (OP-5): the database and the broker answer.
async fn tell_health(health: HealthReporter, flow: Flow, bus: Arc<dyn Bus>, stop: CancellationToken) {
    loop {
        let ready = flow.db().ping().await.is_ok() && bus.ping().await.is_ok();
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        health.set_service_status(READY, status).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
        }
    }
}

/// What the code reacts to and what the one table says must be the same, or events would wait for nobody.
fn check_subscriptions(service: &str, wired: &[contract::EventType]) -> anyhow::Result<()> {
    let table = contract::subscribed_by(service);
    let (mut table, mut wired) = (table.iter().collect::<Vec<_>>(), wired.iter().collect::<Vec<_>>());
    for list in [&mut table, &mut wired] {
        list.sort();
        list.dedup();
    }
    anyhow::ensure!(table == wired, "{service} reacts to {wired:?}, but contract::subscriptions says {table:?}");
    Ok(())
}
