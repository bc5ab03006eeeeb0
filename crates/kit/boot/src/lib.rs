//! How a service starts, serves and stops: settings, telemetry, database, bus, tokens, access, health, drain.

mod access;
mod crowd;
mod developer;
mod https;
mod kit;
mod published;
mod running;
mod server;
mod service;
pub mod settings;
pub mod telemetry;
pub mod token;

pub use https::{Https, NoAnswer};
pub use kit::Kit;
pub use running::{Running, Start};
pub use server::CLIENT_ADDRESS;
pub use service::{Service, Wired};
pub use settings::{Common, Profile};
