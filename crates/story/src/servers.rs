//! A PostgreSQL and a RabbitMQ that nobody else uses, in a temporary folder, for what kills them: they are started by
//! `scripts/servers`, killed by the process ids it stored, and stopped when nobody holds them any more.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use crate::fleet::Servers;

/// See the module.
pub struct OwnServers(tempfile::TempDir);

impl OwnServers {
    /// Starts both; nothing where RabbitMQ is not installed.
    pub async fn start() -> anyhow::Result<Option<Self>> {
        let installed = ["/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/sbin/rabbitmq-server"];
        if !installed.iter().any(|program| Path::new(program).exists()) {
            return Ok(None);
        }
        let own = Self(tempfile::Builder::new().prefix("dure-own-").tempdir()?);
        own.servers(&["start", own.path()?]).await?;
        Ok(Some(own))
    }

    /// Where they keep everything.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// As the file that `scripts/servers` writes sets them.
    pub fn urls(&self) -> anyhow::Result<Servers> {
        let file = std::fs::read_to_string(self.0.path().join("env"))?;
        let set = |name: &str| {
            let line =
                file.lines().find_map(|line| line.strip_prefix("export ")?.strip_prefix(name)?.strip_prefix('='));
            line.map(|url| url.trim_matches(['\'', '"']).to_owned()).with_context(|| format!("{name} is not set"))
        };
        Ok(Servers { postgres: set("DURE_TEST_POSTGRES")?, amqp: set("DURE_TEST_AMQP")? })
    }

    /// `kill -9` of `postgres` or `rabbitmq`.
    pub async fn kill9(&self, server: &str) -> anyhow::Result<()> {
        let id = std::fs::read_to_string(self.0.path().join(server).join("pid"))?;
        let id: u32 = id.trim().parse().context("a process id")?;
        let killed = Command::new("/bin/sh").args(["-c", &format!("kill -KILL {id}")]).status().await?;
        ensure!(killed.success(), "{server} could not be killed");
        Ok(())
    }

    /// Starts one again after it died: same ports, same data.
    pub async fn restart(&self, server: &str) -> anyhow::Result<()> {
        self.servers(&["restart", self.path()?, server]).await
    }

    /// Both.
    pub async fn kill9_and_restart(&self, server: &str) -> anyhow::Result<()> {
        self.kill9(server).await?;
        self.restart(server).await
    }

    fn path(&self) -> anyhow::Result<&str> {
        self.0.path().to_str().context("the temporary folder's name is no text")
    }

    async fn servers(&self, words: &[&str]) -> anyhow::Result<()> {
        let ended = Command::new(script()).args(words).stdin(Stdio::null()).status().await?;
        ensure!(ended.success(), "scripts/servers {} ended with {ended}", words.join(" "));
        Ok(())
    }
}

impl Drop for OwnServers {
    fn drop(&mut self) {
        let _ = std::process::Command::new(script()).arg("stop").arg(self.0.path()).stdin(Stdio::null()).status();
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/servers")
}
