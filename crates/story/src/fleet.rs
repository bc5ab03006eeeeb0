//! Every service as a process of its own, as in production: a database each on one PostgreSQL, one RabbitMQ between
//! them, the gateway in front. For tests and the demo: the databases and the names on the broker are new each time.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;

use crate::{
    embedded,
    process::{self, Process, free_port},
};

const SERVICES: [&str; 5] = ["identity", "billing", "membership", "voucher", "notification"];
const PATIENCE: Duration = Duration::from_secs(120);

/// Where the servers are.
#[derive(Debug, Clone)]
pub struct Servers {
    /// `postgres://user:password@host:port/postgres`.
    pub postgres: String,
    /// `amqp://user:password@host:port/%2f`.
    pub amqp: String,
}

impl Servers {
    /// As `scripts/servers` sets them in the environment; nothing where it did not.
    pub fn from_environment() -> Option<Self> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Some(Self { postgres: set("DURE_TEST_POSTGRES")?, amqp: set("DURE_TEST_AMQP")? })
    }
}

/// See the module. Dropped, its processes are killed and its folder is deleted.
pub struct Fleet {
    /// Where its gateway answers.
    pub url: String,
    dure: PathBuf,
    settings: BTreeMap<&'static str, Vec<(String, String)>>,
    processes: BTreeMap<&'static str, Process>,
    databases: Vec<String>,
    postgres: String,
    folder: TempDir,
}

impl Fleet {
    /// Makes the databases, migrates them, starts the services and the gateway, waits until all are ready. `more` are
    /// further settings for every process.
    pub async fn start(dure: &Path, servers: &Servers, more: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("dure-fleet-").tempdir()?;
        let name = format!("fleet_{:012x}", rand::random_range(0..1_u64 << 48));
        let listen = format!("127.0.0.1:{}", free_port()?);
        let mut common = vec![
            ("DURE__BUS__URL".to_owned(), servers.amqp.clone()),
            ("DURE__BUS__NAME".to_owned(), name.clone()),
            ("DURE__DATA_DIR".to_owned(), folder.path().join("data").display().to_string()),
            ("DURE__DATABASE__CONNECTIONS".to_owned(), "8".to_owned()),
        ];
        common.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut gateway = common.clone();
        gateway.push(("DURE__GATEWAY__LISTEN".to_owned(), listen.clone()));
        gateway.push(("DURE__GATEWAY__EMBEDDED".to_owned(), "true".to_owned()));
        let (mut settings, mut databases) = (BTreeMap::new(), Vec::new());
        for service in SERVICES {
            let (database, port) = (format!("{name}_{service}"), free_port()?);
            let mut own = common.clone();
            own.push(("DURE__DATABASE__URL".to_owned(), named(&servers.postgres, &database)?));
            own.push(("DURE__LISTEN__GRPC".to_owned(), format!("127.0.0.1:{port}")));
            gateway.push((
                format!("DURE__GATEWAY__UPSTREAMS__{}", service.to_uppercase()),
                format!("http://127.0.0.1:{port}"),
            ));
            settings.insert(service, own);
            databases.push(database);
        }
        settings.insert("gateway", gateway);
        let mut fleet = Self {
            url: format!("http://{listen}"),
            dure: dure.to_owned(),
            settings,
            processes: BTreeMap::new(),
            databases,
            postgres: servers.postgres.clone(),
            folder,
        };
        fleet.run().await?;
        Ok(fleet)
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        for database in &self.databases {
            sql(&self.postgres, &format!("CREATE DATABASE {database}")).await?;
        }
        for service in SERVICES {
            let (words, settings) = (["migrate", service], &self.settings[service]);
            let migrate =
                Process::start(&format!("migrate-{service}"), &self.dure, &words, settings, self.folder.path())?;
            migrate.succeed().await?;
        }
        for name in self.settings.keys().copied().collect::<Vec<_>>() {
            self.launch(name)?;
        }
        self.ready().await
    }

    fn launch(&mut self, name: &'static str) -> anyhow::Result<()> {
        let process = Process::start(name, &self.dure, &[name], &self.settings[name], self.folder.path())?;
        self.processes.insert(name, process);
        Ok(())
    }

    /// Waits until every service serves.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        process::ready(&self.url, &mut self.processes.values_mut().collect::<Vec<_>>(), PATIENCE).await
    }

    /// `kill -9` of one service.
    pub async fn kill9(&mut self, name: &str) -> anyhow::Result<()> {
        self.processes.get_mut(name).context("no such service")?.kill9().await
    }

    /// Stops one service, as a deployment does.
    pub async fn stop_one(&mut self, name: &str) -> anyhow::Result<()> {
        self.processes.get_mut(name).context("no such service")?.stop().await
    }

    /// One more setting for a service, from its next start on.
    pub fn set(&mut self, name: &str, setting: &str, value: &str) -> anyhow::Result<()> {
        let settings = self.settings.get_mut(name).context("no such service")?;
        settings.push((setting.to_owned(), value.to_owned()));
        Ok(())
    }

    /// What a service was set to: `DURE__DATABASE__URL`, `DURE__LISTEN__GRPC`.
    pub fn setting(&self, name: &str, setting: &str) -> anyhow::Result<&str> {
        let settings = self.settings.get(name).context("no such service")?;
        let found = settings.iter().rev().find(|(known, _)| known == setting);
        found.map(|(_, value)| value.as_str()).with_context(|| format!("{name} has no {setting}"))
    }

    /// Its process id.
    pub fn process_id(&self, name: &str) -> anyhow::Result<u32> {
        self.processes.get(name).and_then(Process::id).with_context(|| format!("{name} does not run"))
    }

    /// An error with what it wrote, for each process that has ended although nobody killed it.
    pub fn all_run(&mut self) -> Vec<String> {
        self.processes.values_mut().filter_map(|process| Some(process.still_runs().err()?.to_string())).collect()
    }

    /// Where the processes write.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every setting of a service.
    pub fn settings(&self, name: &str) -> anyhow::Result<&[(String, String)]> {
        self.settings.get(name).map(Vec::as_slice).context("no such service")
    }

    /// Starts one that was killed, with the settings it had.
    pub fn restart(&mut self, name: &str) -> anyhow::Result<()> {
        let known = self.settings.keys().copied().find(|known| *known == name).context("no such service")?;
        self.launch(known)
    }

    /// What must not stand in a log, and does, with whose log it is.
    pub fn leaked(&self, secrets: &[String]) -> Option<String> {
        self.processes
            .iter()
            .find_map(|(name, process)| Some(format!("{name}: {}", embedded::leaked(&process.output(), secrets)?)))
    }

    /// Keeps the logs when it is dropped, and says where they are.
    pub fn keep_logs(&mut self) -> &Path {
        self.folder.disable_cleanup(true);
        self.folder.path()
    }

    /// Stops every process and drops the databases.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let gateway = self.processes.remove("gateway");
        for mut process in gateway.into_iter().chain(std::mem::take(&mut self.processes).into_values()) {
            process.stop().await?;
        }
        for database in &self.databases {
            sql(&self.postgres, &format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).await?;
        }
        Ok(())
    }
}

/// The URL of another database on the same server.
fn named(server: &str, database: &str) -> anyhow::Result<String> {
    let (front, _) = server.rsplit_once('/').context("a postgres URL names a database")?;
    Ok(format!("{front}/{database}"))
}

async fn sql(server: &str, statement: &str) -> anyhow::Result<()> {
    let database = Database::connect(server).await.context("PostgreSQL does not answer")?;
    database.execute_unprepared(statement).await.with_context(|| statement.to_owned())?;
    Ok(database.close().await?)
}
