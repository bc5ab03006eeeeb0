//! What can be set about the edge; `gateway.default.toml` says what each setting means and its value if nobody says.

use std::{collections::BTreeMap, net::SocketAddr};

use serde::Deserialize;

/// The settings of the gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// True where everything runs in one process; also serves the developer's RPCs.
    pub embedded: bool,
    /// The services' gRPC addresses by context; unused in the embedded mode.
    pub upstreams: BTreeMap<String, String>,
    /// Proxies in front that add to `X-Forwarded-For`.
    pub proxies_in_front: usize,
    /// Answers say that only HTTPS is to be used.
    pub https_only: bool,
    /// Origins whose pages may call.
    pub cors_origins: Vec<String>,
    /// How much.
    pub limits: Limits,
    /// How often.
    pub rates: Rates,
}

/// How much of everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a JSON body.
    pub body_bytes: usize,
    /// Bytes of an uploaded file.
    pub upload_bytes: usize,
    /// Requests under way at once.
    pub requests_at_once: usize,
    /// Seconds until an answer must be there.
    pub answer_seconds: u64,
    /// Seconds for an upload.
    pub upload_seconds: u64,
    /// Seconds a stream of events may last.
    pub events_seconds: u64,
    /// Seconds in which a request's headers must arrive.
    pub header_seconds: u64,
    /// Seconds to finish what is under way when stopping.
    pub drain_seconds: u64,
}

/// How often, per second, and how many at once before that counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// From one address.
    pub address_per_second: u32,
    /// At once from one address.
    pub address_burst: u32,
    /// With one access token.
    pub token_per_second: u32,
    /// At once with one access token.
    pub token_burst: u32,
}

/// The shipped settings.
pub const DEFAULTS: &str = include_str!("../gateway.default.toml");

impl Default for Settings {
    fn default() -> Self {
        let mut tables: BTreeMap<String, Self> = toml::from_str(DEFAULTS).expect("gateway.default.toml is complete");
        tables.remove("gateway").expect("its one table is [gateway]")
    }
}
