//! A child process with its output in a file. It is stopped by its own id, and killed when nobody holds it any more.

use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{
    process::{Child, Command},
    time::{Instant, timeout},
};

/// How long a process may take to stop by itself.
const DRAIN: Duration = Duration::from_secs(30);

/// See the module.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program with these words and settings, and no other settings; its output goes to `<folder>/<name>.log`.
    pub fn start(
        name: &str,
        program: &Path,
        words: &[&str],
        settings: &[(String, String)],
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let output = File::options().create(true).append(true).open(&log)?;
        let mut command = Command::new(program);
        command.args(words).env_clear().current_dir(folder).kill_on_drop(true);
        for kept in ["PATH", "HOME", "TMPDIR"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("{} does not start", program.display()))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// Waits for its end; anything but success is an error with what it wrote.
    pub async fn succeed(mut self) -> anyhow::Result<()> {
        let status = self.child.wait().await?;
        if !status.success() {
            bail!("{} failed ({status}):\n{}", self.name, self.tail());
        }
        Ok(())
    }

    /// An error with what it wrote, if it has ended.
    pub fn still_runs(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended ({status}):\n{}", self.name, self.tail()),
        }
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// `kill -9`.
    pub async fn kill9(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// SIGTERM; SIGKILL if that is not enough.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(id) = self.child.id() {
            let asked =
                Command::new("/bin/sh").args(["-c", &format!("kill -TERM {id}")]).stderr(Stdio::null()).status();
            asked.await?;
        }
        match timeout(DRAIN, self.child.wait()).await {
            Ok(ended) => drop(ended?),
            Err(_) => self.kill9().await?,
        }
        Ok(())
    }

    /// All it wrote.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn tail(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

/// A loopback port nobody uses at the moment.
pub fn free_port() -> anyhow::Result<u16> {
    for _ in 0..200 {
        // Below the range from which the kernel hands out ports to clients.
        let port = rand::random_range(10_000..15_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port found")
}

/// Waits until a gateway says that every service behind it serves.
pub async fn ready(url: &str, processes: &mut [&mut Process], patience: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + patience;
    let http = reqwest::Client::builder().timeout(Duration::from_secs(3)).build()?;
    loop {
        for process in &mut *processes {
            process.still_runs()?;
        }
        let answer = http.get(format!("{url}/readyz")).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < until, "{url} was not ready within {} s", patience.as_secs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The first of these texts that stands in what a process wrote: what must never stand in a log, and did.
pub fn leaked<'a>(output: &str, secrets: &'a [String]) -> Option<&'a str> {
    secrets.iter().map(String::as_str).find(|secret| output.contains(secret))
}
