//! Billing's stories, over gRPC on a real database, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod abuse;
mod buying;
mod company;
mod depositing;
mod history;
mod limits;
mod paying_out;
mod purchasing;
mod quoting;
mod refunding;
