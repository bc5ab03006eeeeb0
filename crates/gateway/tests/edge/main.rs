//! The edge before a service that remembers what it was asked: one file per behaviour.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail by panicking")]

mod answering;
mod asking;
mod browsing;
mod guarding;
mod passing;
mod refusing;
mod stage;
mod uploading;
