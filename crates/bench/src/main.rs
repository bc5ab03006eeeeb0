//! `bench`: measures what Dure promises of its speed, each figure as a ratio to a limit taken in the same run on the same
//! machine: a bare tonic echo, `pgbench` with the same statements, raw lapin, a `COPY` of the same rows, the cells streamed
//! by the sheet library alone. Ends with 0 if every figure is within its bound. `scripts/bench` builds and runs it.
//!
//! Every service runs as a process of its own, on a PostgreSQL and a RabbitMQ of its own. The figures depend on nothing
//! else running on the machine.

mod claim;
mod clients;
mod database;
mod echo;
mod entitlement;
mod events;
mod figure;
mod gateway;
mod grow;
mod growth;
mod hand_over;
mod issue;
mod latency;
mod load;
mod memory;
mod order;
mod pgbench;
mod portal;
mod raw;
mod rounds;
mod services;
mod sheet;
mod stage;
mod stand_in;
mod token;
mod verify;
mod voucher;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use story::fleet::Servers;

use crate::{figure::Figures, portal::Portal, voucher::Size};

/// Measures Dure against limits taken in the same run.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Only these rows; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Row>,
    /// Rounds of each row that has a limit; its middle one counts.
    #[arg(long, default_value_t = rounds::LEAST)]
    rounds: usize,
    /// Also writes the figures to this file, for programs.
    #[arg(long)]
    json: Option<PathBuf>,
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
    #[command(subcommand)]
    limit: Option<Limit>,
}

/// A family of rows.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    /// Verifying a token.
    Token,
    /// `CheckEntitlement`.
    Entitlement,
    /// Placing an order.
    Order,
    /// Outbox to consumer.
    Events,
    /// Paid to in force.
    Latency,
    /// JSON through the gateway.
    Gateway,
    /// Start and memory of each service.
    Services,
    /// Ten times the rows.
    Growth,
    /// Sheets, campaigns, claims.
    Voucher,
}

/// A limit that is a process of its own.
#[derive(Subcommand)]
enum Limit {
    /// Answers every `CheckEntitlement` with one message.
    #[command(hide = true)]
    Echo(echo::Words),
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = Arguments::parse();
    let mut figures = Figures::default();
    let measured = match arguments.limit.take() {
        Some(Limit::Echo(words)) => echo::serve(words).await,
        None => run(&arguments, &mut figures).await,
    };
    figures.print();
    let written = arguments.json.as_deref().map_or(Ok(()), |file| figures.write(file));
    match measured.and(written) {
        Ok(()) if figures.all_hold() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(wrong) => {
            eprintln!("\nThe bench ends here: {wrong:#}");
            ExitCode::FAILURE
        }
    }
}

impl Arguments {
    fn wants(&self, row: Row) -> bool {
        self.only.is_empty() || self.only.contains(&row)
    }
}

async fn run(arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    anyhow::ensure!(arguments.rounds >= rounds::LEAST, "fewer than {} rounds have no middle", rounds::LEAST);
    let servers = Servers::from_environment()
        .context("DURE_TEST_POSTGRES and DURE_TEST_AMQP are not set: scripts/bench starts the servers")?;
    let dure = match &arguments.dure {
        Some(dure) => dure.clone(),
        None => std::env::current_exe()?.with_file_name("dure"),
    };
    if arguments.wants(Row::Token) {
        token::measure(figures, arguments.rounds)?;
    }
    portal(arguments, &dure, &servers, figures).await?;
    if arguments.wants(Row::Growth) {
        let Arguments { rounds, keep_logs, .. } = *arguments;
        growth::measure(&dure, &servers, figures, rounds, keep_logs).await?;
    }
    if arguments.wants(Row::Voucher) {
        let Arguments { recipients, small, keep_logs, .. } = *arguments;
        voucher::measure(&dure, &servers, figures, &Size { recipients, small, keep_logs }).await?;
    }
    Ok(())
}

/// The rows that share one company with one site. The services' memory comes first, while they have done nothing.
async fn portal(arguments: &Arguments, dure: &Path, servers: &Servers, figures: &mut Figures) -> anyhow::Result<()> {
    const ROWS: [Row; 6] = [Row::Services, Row::Latency, Row::Entitlement, Row::Gateway, Row::Order, Row::Events];
    if !ROWS.iter().any(|row| arguments.wants(*row)) {
        return Ok(());
    }
    let mut portal = Portal::open(dure, servers, arguments.keep_logs).await?;
    let rounds = arguments.rounds;
    for row in ROWS.into_iter().filter(|row| arguments.wants(*row)) {
        match row {
            Row::Services => services::measure(&mut portal, figures, rounds).await?,
            Row::Latency => latency::measure(&mut portal, figures).await?,
            Row::Entitlement => entitlement::measure(&mut portal, figures, rounds).await?,
            Row::Gateway => gateway::measure(&mut portal, figures, rounds).await?,
            Row::Order => order::measure(&mut portal, figures, rounds).await?,
            Row::Events => events::measure(&mut portal, figures, rounds).await?,
            Row::Token | Row::Growth | Row::Voucher => {}
        }
    }
    portal.fleet.stop().await
}
