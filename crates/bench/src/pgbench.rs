//! `pgbench`, which comes with PostgreSQL: what the database alone does with given statements, prepared, from as many
//! clients as Dure gets.

use std::{path::PathBuf, process::Stdio};

use anyhow::Context as _;
use tokio::process::Command;

/// How much to run.
#[derive(Clone, Copy)]
pub enum Much {
    /// So many transactions a client.
    Transactions(usize),
    /// So many seconds.
    Seconds(u64),
}

/// A run.
pub struct Pgbench<'a> {
    /// The statements of one transaction. The variable `i` is 0 at first.
    pub script: &'a str,
    /// At once.
    pub clients: usize,
    /// How much.
    pub much: Much,
    /// More variables.
    pub words: &'a [(&'a str, String)],
}

/// What it says.
#[derive(Debug)]
pub struct Said {
    /// Transactions a second.
    pub per_second: u64,
    /// What one took on average, nanoseconds.
    pub average: u64,
}

impl Pgbench<'_> {
    /// On this database.
    pub async fn run(&self, database: &str) -> anyhow::Result<Said> {
        let folder = tempfile::tempdir()?;
        let script = folder.path().join("script.sql");
        std::fs::write(&script, self.script)?;
        let much = match self.much {
            Much::Transactions(count) => format!("--transactions={count}"),
            Much::Seconds(seconds) => format!("--time={seconds}"),
        };
        let mut command = Command::new(program());
        command.args(["--no-vacuum", "--protocol=prepared", "-D", "i=0"]);
        command.args([format!("--client={}", self.clients), format!("--jobs={}", self.clients.min(2)), much]);
        for (name, value) in self.words {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        let out = command.arg("--file").arg(&script).arg(database).stdin(Stdio::null()).output().await?;
        let said = String::from_utf8_lossy(&out.stdout);
        let wrong = || format!("pgbench failed: {said}{}", String::from_utf8_lossy(&out.stderr));
        anyhow::ensure!(out.status.success() && said.contains("failed transactions: 0 ("), wrong());
        let per_second = figure(&said, "tps = ").with_context(wrong)? / 1_000;
        Ok(Said { per_second, average: figure(&said, "latency average = ").with_context(wrong)? * 1_000 })
    }
}

/// A thousand times the decimal number after these words.
fn figure(said: &str, words: &str) -> Option<u64> {
    let number = said.lines().find_map(|line| line.strip_prefix(words)?.split(' ').next())?;
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let thousandths: String = rest.chars().chain("000".chars()).take(3).collect();
    Some(whole.parse::<u64>().ok()? * 1_000 + thousandths.parse::<u64>().ok()?)
}

/// Where Debian keeps it, or in the path.
fn program() -> PathBuf {
    let kept = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        kept.map(|version| version.path().join("bin/pgbench")).filter(|p| p.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from("pgbench"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_figures_are_read_to_a_thousandth() {
        let said = "latency average = 3.05 ms\ntps = 5240.123456 (without initial connection time)\n";
        assert_eq!(figure(said, "latency average = "), Some(3_050));
        assert_eq!(figure(said, "tps = "), Some(5_240_123));
        assert_eq!(figure(said, "nothing = "), None);
    }
}
