//! The voucher service's stories over gRPC, on every engine of the run.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod desk;

mod approving;
mod by_phone;
mod correcting;
mod ending;
mod exporting;
mod funding;
mod gifts;
mod imaging;
mod ledger;
mod resuming;
mod security;
mod sending;
mod settling;
mod sheets;
mod watching;
