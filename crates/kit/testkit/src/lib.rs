//! A service under test: its own database (cloned from a migrated template on PostgreSQL, a file on SQLite), a clock by
//! hand, a bus that records, and real gRPC over loopback with tokens signed for any caller.

mod bus;
pub mod callers;
mod databases;
mod stored;
mod trial;

pub use bus::RecordingBus;
pub use trial::{Bearer, Trial, on_both, on_both_with};
