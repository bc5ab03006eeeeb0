//! What operations does from a shell (OP-9): each command is one RPC, found by its name in the descriptors, over gRPC
//! through the gateway or straight to a service.

mod client;
mod command;
mod session;
mod show;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use client::Failure;
use command::Arguments;

/// Exit codes: 0 done; 1 refused; 2 used wrongly (clap's own); 3 a proof does not hold; 4 Dure is not reached or broken.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match command::run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(match failure {
                Failure::Refused(_) => 1,
                Failure::Usage(_) => 2,
                Failure::Unproven(_) => 3,
                Failure::Away(_) => 4,
            })
        }
    }
}
