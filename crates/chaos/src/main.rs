//! `chaos`: breaks what Dure runs on, and Dure itself, under load, and checks afterwards that every invariant holds. Every
//! service runs as a process of its own, on a PostgreSQL and a RabbitMQ that nobody else uses, all on loopback. It ends
//! with 0 only if all held and every build that was broken on purpose was caught. `scripts/chaos` builds and runs it.

mod broker;
mod calls;
mod check;
mod control;
mod database;
mod drive;
mod fault;
mod found;
mod history;
mod load;
mod names;
mod operation;
mod proxy;
mod replay;
mod report;
mod scenario;
mod stage;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::Parser;
use story::servers::OwnServers;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

use crate::{
    report::Report,
    scenario::{Play, Size},
    stage::World,
};

/// All of it, whatever happens.
const AT_MOST: Duration = Duration::from_secs(3 * 3_600);

/// Faults against invariants.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    /// Smaller counts, about 15 minutes; the report states them.
    #[arg(long)]
    quick: bool,
    /// The dice; a new one if none is given. It is printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Only these (R02); can be given several times.
    #[arg(long)]
    scenario: Vec<String>,
    /// Leaves the builds broken on purpose out.
    #[arg(long)]
    no_controls: bool,
    /// Only the builds broken on purpose.
    #[arg(long)]
    only_controls: bool,
    /// Only this break; can be given several times.
    #[arg(long)]
    control: Vec<String>,
    /// Writes the report as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// The `dure` binary; the one beside this program.
    #[arg(long)]
    dure: Option<PathBuf>,
    /// The `dure` that can be broken on purpose: target/sabotage/debug/dure.
    #[arg(long)]
    sabotaged: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| rand::random_range(1..1_000_000));
    println!("seed {seed}");
    let mut report = Report { seed, quick: arguments.quick, ..Report::default() };
    let ended = timeout(AT_MOST, until_stopped(run(&arguments, &mut report))).await;
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => report.errors.push(format!("{error:#}")),
        Err(_) => report.errors.push("it took too long".into()),
    }
    report.print();
    if let Some(file) = &arguments.json
        && let Err(error) = write(file, &report)
    {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(file: &std::path::Path, report: &Report) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(report)?;
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// SIGTERM and Ctrl-C end it as an error does, so that what it started is stopped.
async fn until_stopped(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = terminate.recv() => anyhow::bail!("stopped"),
        _ = tokio::signal::ctrl_c() => anyhow::bail!("stopped"),
    }
}

async fn run(arguments: &Arguments, report: &mut Report) -> anyhow::Result<()> {
    let servers = OwnServers::start().await?.context("PostgreSQL and RabbitMQ are not installed here")?;
    if !arguments.only_controls {
        scenarios(arguments, &servers, report).await?;
    }
    if !arguments.no_controls {
        control::all(arguments, &servers, report).await?;
    }
    Ok(())
}

async fn scenarios(arguments: &Arguments, servers: &OwnServers, report: &mut Report) -> anyhow::Result<()> {
    let beside = || Ok::<_, std::io::Error>(std::env::current_exe()?.with_file_name("dure"));
    let dure = arguments.dure.clone().map_or_else(beside, std::path::absolute)?;
    let size = if arguments.quick { Size::Quick } else { Size::Full };
    let wanted =
        |id: &str| arguments.scenario.is_empty() || arguments.scenario.iter().any(|s| s.eq_ignore_ascii_case(id));
    let mut world = None;
    for scenario in scenario::all().iter().filter(|scenario| wanted(scenario.id)) {
        let stage = match world.take() {
            Some(stage) => stage,
            None => Arc::new(World::set(&dure, &servers.urls()?, &[], report.seed).await?),
        };
        let play = Play { world: &stage, servers, dure: &dure, size, seed: report.seed };
        let (row, played) = scenario::play(scenario, &play).await;
        // What is broken now would be found again by every later one.
        let clean = played.is_ok() && row.holds() && !scenario.spoils;
        report.rows.push(row);
        if let Err(error) = played {
            report.errors.push(format!("{}: {error:#}", scenario.id));
        }
        if clean {
            world = Some(stage);
        } else {
            end(stage).await;
        }
    }
    if let Some(stage) = world {
        end(stage).await;
    }
    Ok(())
}

/// A stage that will not stop is killed when it is dropped; its databases go with their server.
pub async fn end(stage: Arc<World>) {
    if let Some(stage) = Arc::into_inner(stage) {
        let _ = timeout(Duration::from_secs(60), stage.stop()).await;
    }
}
