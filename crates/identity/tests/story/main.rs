//! Identity's stories, over gRPC, on every engine of the run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by stopping")]

mod inviting;
mod people;
mod proving;
mod sessions;
mod signing_in;
mod signing_up;
mod telling;
