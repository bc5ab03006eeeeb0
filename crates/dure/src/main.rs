//! The one binary. `dure` alone runs everything in this process; `dure billing` is that service alone, on its own
//! database; `dure migrate billing` brings its database up to date. One image, a deployment per service.

mod one;
mod sample;
mod whole;

use clap::{Parser, Subcommand};

/// Dure: identity, billing, membership and gift vouchers for a business customer portal.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Everything in this process: SQLite files, events inside, a mailbox instead of mail and SMS (the default).
    Run,
    /// Accounts, companies, invitations, sessions, alone.
    Identity,
    /// Prices, quotes, orders, purchases, alone.
    Billing,
    /// Memberships and entitlements, alone.
    Membership,
    /// Lots, sends and gifts, alone.
    Voucher,
    /// Mail and SMS out, alone.
    Notification,
    /// The HTTP/JSON edge, alone.
    Gateway,
    /// Brings one service's database (or `all`) up to what this build needs; safe to run by several at once.
    Migrate {
        /// identity, billing, membership, voucher, notification or all.
        service: String,
    },
    /// Reads a sheet from standard input; voucher starts this under limits of memory and time.
    #[command(hide = true)]
    ParseSheet,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(Command::ParseSheet) = arguments.command {
        return voucher::sheet::child::child_main();
    }
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match arguments.command.unwrap_or(Command::Run) {
            Command::Run => whole::run().await,
            Command::Identity => one::serve::<identity::Identity>().await,
            Command::Billing => one::serve::<billing::Billing>().await,
            Command::Membership => one::serve::<membership::Membership>().await,
            Command::Voucher => one::serve::<voucher::Voucher>().await,
            Command::Notification => one::serve::<notification::Notification>().await,
            Command::Gateway => one::gateway().await,
            Command::Migrate { service } => one::migrate(&service).await,
            Command::ParseSheet => unreachable!("done before the runtime"),
        }
    })
}
