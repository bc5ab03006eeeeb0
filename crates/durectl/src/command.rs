//! The commands: what each asks of which RPC, and what of the answer is shown.

mod deposits;
mod policy;
mod review;

use std::io::{Read as _, Write as _};

use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    client::{Client, Failure, streams},
    session::{self, Session},
    show::Show,
    words::span,
};

/// What operations does from a shell.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done, 1 refused, 2 used wrongly, 3 a proof does not hold, 4 not reached or broken."
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Dure's gateway, or one service's gRPC address.
    #[arg(long, global = true, env = "DURE_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An access token; without it the session of `durectl login` counts.
    #[arg(long, global = true, env = "DURE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Answers as protobuf JSON.
    #[arg(long, global = true)]
    json: bool,
    /// The request id of a write; given again, it does nothing twice.
    #[arg(long, global = true)]
    request_id: Option<Uuid>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Signs in and keeps the session.
    Login(Login),
    /// Ends the session and forgets it.
    Logout,
    /// The ledger of vouchers.
    #[command(subcommand)]
    Ledger(Ledger),
    /// The audit trail.
    #[command(subcommand)]
    Audit(Audit),
    /// Companies that wait for a reviewer.
    #[command(subcommand)]
    Review(review::Review),
    /// Transfers that arrived.
    #[command(subcommand)]
    Deposits(deposits::Deposits),
    /// What a company may buy.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// The clock of the embedded mode.
    #[command(subcommand)]
    Clock(Clock),
    /// Any RPC: `durectl call LotService/ListLots '{"page_size": 5}'`; `-` reads the message from standard input.
    Call {
        /// Its name, with or without its package.
        rpc: String,
        /// Its message as protobuf JSON.
        #[arg(default_value = "{}")]
        message: String,
    },
    /// Every RPC there is.
    Rpcs,
}

#[derive(Debug, Args)]
struct Login {
    /// Login id.
    #[arg(long, env = "DURE_LOGIN_ID")]
    login_id: String,
    /// Password; better in the environment, where other people of the machine do not see it.
    #[arg(long, env = "DURE_PASSWORD", hide_env_values = true)]
    password: String,
    /// Print the access token and keep nothing: `export DURE_TOKEN=$(durectl login --print)`.
    #[arg(long)]
    print: bool,
}

#[derive(Debug, Subcommand)]
enum Ledger {
    /// Proves every lot from its entries; exit code 3 if one does not add up.
    Verify,
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Reads the whole chain; exit code 3 if a link is broken.
    Verify,
    /// The newest entries.
    List {
        #[command(flatten)]
        page: Page,
        /// Only of this company.
        #[arg(long, default_value = "")]
        company: String,
    },
}

#[derive(Debug, Subcommand)]
enum Clock {
    /// What time it is there.
    Show,
    /// Moves it forward: `90s`, `15m`, `36h`, `5d`, `2w`.
    Advance {
        /// How far.
        #[arg(value_parser = span)]
        by: i64,
    },
}

#[derive(Debug, Args)]
struct Page {
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    page_size: i32,
    /// From the page before.
    #[arg(long, default_value = "")]
    page_token: String,
}

/// Runs one command.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { command, url, token, json, request_id } = arguments;
    let (url, show) = (url.trim_end_matches('/').to_owned(), Show { json });
    match command {
        Command::Rpcs => {
            let mut out = std::io::stdout().lock();
            for rpc in contract::methods() {
                // Whoever reads may have seen enough (`durectl rpcs | head`).
                if writeln!(out, "{}/{}", rpc.parent_service().full_name(), rpc.name()).is_err() {
                    break;
                }
            }
            Ok(())
        }
        Command::Login(login) => self::login(&Client::to(&url, None, request_id).await?, &url, login).await,
        command => {
            let token = match token {
                Some(token) => Some(token),
                None => Session::kept(&url).await?.map(|kept| kept.token().to_owned()),
            };
            let client = Client::to(&url, token, request_id).await?;
            one(&client, command, show).await
        }
    }
}

async fn login(client: &Client, url: &str, login: Login) -> Result<(), Failure> {
    let session = Session::begin(client, url, &login.login_id, &login.password).await?;
    if login.print {
        println!("{}", session.token());
        return Ok(());
    }
    session.keep()?;
    println!("signed in as {}", login.login_id);
    Ok(())
}

async fn one(client: &Client, command: Command, show: Show) -> Result<(), Failure> {
    match command {
        Command::Login(_) | Command::Rpcs => unreachable!("done before a session is needed"),
        Command::Logout => {
            let ended = client.call("SessionService/Logout", json!({})).await;
            session::forget();
            ended.map(drop)
        }
        Command::Ledger(Ledger::Verify) => {
            let reply = client.call("LotService/VerifyLedger", json!({})).await?;
            show.one(&reply);
            prove(reply["holds"] == true, "The ledger does not add up.")
        }
        Command::Audit(Audit::Verify) => {
            let reply = client.call("AuditService/VerifyAuditTrail", json!({})).await?;
            show.one(&reply);
            prove(reply["intact"] == true, "The audit trail is broken.")
        }
        Command::Audit(Audit::List { page, company }) => {
            let message = json!({ "page_size": page.page_size, "page_token": page.page_token, "company_id": company });
            let columns =
                [("NUMBER", "number"), ("TIME", "time"), ("WHO", "actor"), ("WHAT", "action"), ("ON", "subject")];
            show.list(&client.call("AuditService/ListAuditEntries", message).await?, "entries", &columns);
            Ok(())
        }
        Command::Review(review) => review.run(client, show).await,
        Command::Deposits(deposits) => deposits.run(client, show).await,
        Command::Policy(policy) => policy.run(client, show).await,
        Command::Clock(clock) => {
            let reply = match clock {
                Clock::Show => client.call("ClockService/GetClock", json!({})).await,
                Clock::Advance { by } => client.call("ClockService/AdvanceClock", json!({ "seconds": by })).await,
            };
            show.one(&reply?);
            Ok(())
        }
        Command::Call { rpc, message } => call(client, &rpc, &message).await,
    }
}

async fn call(client: &Client, rpc: &str, message: &str) -> Result<(), Failure> {
    let mut text = message.to_owned();
    if text == "-" {
        text.clear();
        std::io::stdin().read_to_string(&mut text).map_err(|error| Failure::Usage(error.to_string()))?;
    }
    let message = serde_json::from_str::<Value>(&text).map_err(|error| Failure::Usage(format!("not JSON: {error}")))?;
    if streams(rpc)? {
        return client.each(rpc, message, |answer| println!("{answer}")).await;
    }
    println!("{:#}", client.call(rpc, message).await?);
    Ok(())
}

fn prove(holds: bool, otherwise: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::Unproven(otherwise.to_owned())) }
}
