//! gRPC clients of a service, and a request with an access token.

use std::{str::FromStr, time::Duration};

use anyhow::Context as _;
use tonic::{
    Request,
    metadata::{Ascii, MetadataValue},
    transport::{Channel, Endpoint},
};

/// So many connections to one address.
pub async fn connect(url: &str, connections: usize) -> anyhow::Result<Vec<Channel>> {
    let mut channels = Vec::with_capacity(connections);
    for _ in 0..connections {
        let endpoint = Endpoint::from_str(url)?.tcp_nodelay(true).connect_timeout(Duration::from_secs(5));
        channels.push(endpoint.connect().await.with_context(|| format!("{url} does not answer"))?);
    }
    Ok(channels)
}

/// An access token as every call carries it.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// Of this token.
    pub fn new(token: &str) -> anyhow::Result<Self> {
        Ok(Self(format!("Bearer {token}").parse()?))
    }

    /// A request with it.
    pub fn request<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.0.clone());
        request
    }

    /// The header's value.
    pub fn header(&self) -> anyhow::Result<&str> {
        self.0.to_str().context("a token is ASCII")
    }
}
