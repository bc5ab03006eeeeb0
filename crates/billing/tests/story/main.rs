//! Billing's stories, over gRPC on a real database, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod buying;
mod company;
mod purchasing;
mod quoting;
mod refunding;
