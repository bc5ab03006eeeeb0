//! The proofs at full count, apart from the stories because they keep a whole machine busy: races, and random orders
//! against a model. One at a time.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing fails")]

#[path = "../story/desk.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod desk;

mod model;
mod racing;
mod random;
mod replicas;
mod step;

/// Held by the proof that runs.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
