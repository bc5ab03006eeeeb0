//! `story play`: plays the story against a Dure that runs (`--url`), one it starts in a temporary folder (the default),
//! or all services as processes on PostgreSQL and RabbitMQ (`--services`). Ends with 0 if every figure was right.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use story::{
    Options, Scene,
    embedded::Embedded,
    fleet::{Fleet, Servers},
};
use tokio::signal::unix::{SignalKind, signal};

/// One company's story through every service of Dure.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plays the story.
    Play(Play),
}

#[derive(clap::Args)]
struct Play {
    /// A Dure that runs already, with its mailbox: http://127.0.0.1:8080
    #[arg(long, conflicts_with = "services")]
    url: Option<String>,
    /// Starts every service as a process of its own, on DURE_TEST_POSTGRES and DURE_TEST_AMQP.
    #[arg(long)]
    services: bool,
    /// An .xlsx of name, phone and amount.
    #[arg(long)]
    recipients: Option<PathBuf>,
    /// Moves the clock of a Dure that runs in one process, forty days on; always so in one it starts by itself.
    #[arg(long)]
    clock: bool,
    /// Makes up the same people and business numbers again.
    #[arg(long)]
    seed: Option<u64>,
    /// login-id:password of an operator who signs in without a code.
    #[arg(long)]
    operator: Option<String>,
    /// The `dure` binary to start; the one beside this program.
    #[arg(long)]
    dure: Option<PathBuf>,
    /// A command to run at the end, while Dure still runs; DURE_URL and DURE_TOKEN are set, the token an operator's.
    #[arg(long)]
    afterwards: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Play(play) = Arguments::parse().command;
    match until_stopped(run(&play)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            // The chain of causes, without the backtrace that RUST_BACKTRACE would add.
            eprintln!("\nThe story ends here: {wrong:#}");
            ExitCode::FAILURE
        }
    }
}

/// SIGTERM and Ctrl-C end it as an error does, so that what it started is stopped.
async fn until_stopped(play: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        played = play => played,
        _ = terminate.recv() => anyhow::bail!("stopped"),
        _ = tokio::signal::ctrl_c() => anyhow::bail!("stopped"),
    }
}

async fn run(play: &Play) -> anyhow::Result<()> {
    if let Some(url) = &play.url {
        return tell(play, url, play.clock).await;
    }
    let beside = || Ok::<_, std::io::Error>(std::env::current_exe()?.with_file_name("dure"));
    let dure = play.dure.clone().map_or_else(beside, std::path::absolute)?;
    if play.services {
        let servers = Servers::from_environment()
            .context("DURE_TEST_POSTGRES and DURE_TEST_AMQP are not set: scripts/demo --services sets them")?;
        println!("Starting identity, billing, membership, voucher, notification and the gateway, each on its own …");
        let fleet = Fleet::start(&dure, &servers, &[]).await?;
        println!("Dure answers on {}", fleet.url);
        tell(play, &fleet.url, false).await?;
        return fleet.stop().await;
    }
    println!("Starting {} in a temporary folder …", dure.display());
    let mut embedded = Embedded::start(&dure).await?;
    println!("Dure answers on {}", embedded.url);
    tell(play, &embedded.url, true).await?;
    embedded.stop().await
}

async fn tell(play: &Play, url: &str, clock: bool) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut options = Options::new(url, &root);
    options.clock = clock;
    options.seed = play.seed;
    if let Some(recipients) = &play.recipients {
        options.recipients.clone_from(recipients);
    }
    if let Some(operator) = &play.operator {
        let (login_id, password) = operator.split_once(':').context("--operator is login-id:password")?;
        options.operator = (login_id.to_owned(), password.to_owned());
    }
    let mut scene = Scene::set(options).await?;
    story::play(&mut scene).await?;
    if let Some(command) = &play.afterwards {
        let mut shell = tokio::process::Command::new("/bin/sh");
        let token = scene.operator.token().await.unwrap_or_default();
        shell.arg("-c").arg(command).env("DURE_URL", url).env("DURE_TOKEN", token);
        let ended = shell.kill_on_drop(true).status().await?;
        anyhow::ensure!(ended.success(), "afterwards: {command} ended with {ended}");
    }
    Ok(())
}
