//! The one binary in a folder of its own on a free port: everything in one process, as `cargo run` starts it.

use std::{path::Path, time::Duration};

use tempfile::TempDir;

use crate::process::{self, Process, free_port};

const PATIENCE: Duration = Duration::from_secs(60);

/// See the module. Dropped, it is killed and its folder deleted.
pub struct Embedded {
    /// Where its gateway answers.
    pub url: String,
    process: Process,
    _folder: TempDir,
}

impl Embedded {
    /// Starts `dure` and waits until it is ready.
    pub async fn start(dure: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("dure-embedded-").tempdir()?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let settings = [
            ("DURE__GATEWAY__LISTEN".to_owned(), listen.clone()),
            ("DURE__DATA_DIR".to_owned(), folder.path().join("data").display().to_string()),
        ];
        let mut process = Process::start("dure", dure, &[], &settings, folder.path())?;
        let url = format!("http://{listen}");
        process::ready(&url, &mut [&mut process], PATIENCE).await?;
        Ok(Self { url, process, _folder: folder })
    }

    /// Asks it to stop and waits.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        self.process.stop().await
    }

    /// The first of these texts that stands in its log; also tells of a panic.
    pub fn leaked(&self, secrets: &[String]) -> Option<String> {
        leaked(&self.process.output(), secrets)
    }
}

/// What must not stand in a log, and does.
pub(crate) fn leaked(output: &str, secrets: &[String]) -> Option<String> {
    let panicked = output.lines().find(|line| line.contains("panicked at"));
    panicked.map(str::to_owned).or_else(|| process::leaked(output, secrets).map(str::to_owned))
}
