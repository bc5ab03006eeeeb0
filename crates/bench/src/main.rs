//! `bench`: measures what Dure promises of its speed, each figure as a ratio to a limit taken in the same run on the same
//! machine: the cells streamed by the sheet library alone, a `COPY` of the same rows into the same tables, `pgbench` with
//! the same statements. Ends with 0 if every figure is within its bound. `scripts/bench` builds and runs it.
//!
//! Every service runs as a process of its own, on a PostgreSQL and a RabbitMQ of its own. The figures depend on nothing
//! else running on the machine.

mod claim;
mod database;
mod figure;
mod hand_over;
mod issue;
mod memory;
mod sheet;
mod stage;
mod stand_in;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Parser;
use story::fleet::Servers;

use crate::{figure::Figures, stage::Stage};

/// Measures Dure against limits taken in the same run.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Recipients of the campaign; the large one has ten times as many.
    #[arg(long, default_value_t = 100_000)]
    recipients: u32,
    /// Leaves the campaign of ten times as many out, and what is measured on its gifts.
    #[arg(long)]
    small: bool,
    /// The `dure` binary to start; the one beside this program.
    #[arg(long)]
    dure: Option<PathBuf>,
    /// Keeps the services' logs.
    #[arg(long)]
    keep_logs: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut figures = Figures::default();
    let measured = run(&arguments, &mut figures).await;
    figures.print();
    match measured {
        Ok(()) if figures.all_hold() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(wrong) => {
            eprintln!("\nThe bench ends here: {wrong:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let servers = Servers::from_environment()
        .context("DURE_TEST_POSTGRES and DURE_TEST_AMQP are not set: scripts/bench starts the servers")?;
    let dure = match &arguments.dure {
        Some(dure) => dure.clone(),
        None => std::env::current_exe()?.with_file_name("dure"),
    };
    let people = arguments.recipients;
    let mut stage = Stage::set(&dure, &servers, people).await?;
    if arguments.keep_logs {
        eprintln!("logs: {}", stage.fleet.keep_logs().display());
    }
    let send = sheet::measure(&mut stage, figures, people).await?;
    let small = issue::measure(&mut stage, figures, &send).await?;
    let codes = hand_over::measure(&mut stage, figures, people).await?;
    claim::measure(&mut stage, figures, codes).await?;
    if !arguments.small {
        let large = issue::large_send(&mut stage, people).await?;
        issue::measure_large(&mut stage, figures, &large, small).await?;
        verify::measure(&mut stage, figures).await?;
    }
    stage.fleet.stop().await
}
