//! Where each context's service is reached.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use tonic::transport::{Channel, Endpoint};

/// Channels by context: `billing` serves every RPC of the package `dure.billing.v1`.
#[derive(Debug, Clone, Default)]
pub struct Upstreams(BTreeMap<String, Channel>);

impl Upstreams {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    #[must_use]
    pub fn with(mut self, context: impl Into<String>, channel: Channel) -> Self {
        self.0.insert(context.into(), channel);
        self
    }

    /// To these addresses (`http://127.0.0.1:7002`), connected when first used, and again after a service was away.
    pub fn to<'a>(addresses: impl IntoIterator<Item = (&'a String, &'a String)>) -> anyhow::Result<Self> {
        addresses.into_iter().try_fold(Self::new(), |upstreams, (context, address)| {
            let endpoint = Endpoint::from_shared(address.clone())
                .with_context(|| format!("the address of {context}"))?
                .connect_timeout(Duration::from_secs(2))
                .tcp_nodelay(true)
                .http2_keep_alive_interval(Duration::from_secs(30))
                .keep_alive_timeout(Duration::from_secs(10));
            Ok(upstreams.with(context, endpoint.connect_lazy()))
        })
    }

    pub(crate) fn get(&self, context: &str) -> Option<&Channel> {
        self.0.get(context)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Channel)> {
        self.0.iter().map(|(context, channel)| (context.as_str(), channel))
    }
}
