//! A small HTTPS client for calls outside: rustls with the roots that ship with it, so no system library is needed;
//! plain HTTP to this machine only.

use std::{fmt, time::Duration};

use anyhow::Context as _;
use http::{Method, Request, Uri, header::RETRY_AFTER};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use prost::bytes::Bytes;

const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// See the module.
#[derive(Debug)]
pub struct Https {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    time_out: Duration,
}

/// Why there is no answer; tells nothing of what was sent.
#[derive(Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Another status than 200.
    Status(u16),
    /// Not now: a 429, or a 503 with Retry-After. So many seconds.
    Wait(u16, u32),
    /// None in time.
    TimeOut,
    /// No connection, or a broken one.
    Network,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code) | Self::Wait(code, _) => write!(f, "HTTP_{code}"),
            Self::TimeOut => f.write_str("TIME_OUT"),
            Self::Network => f.write_str("NETWORK"),
        }
    }
}

impl std::error::Error for NoAnswer {}

impl Https {
    /// For calls to this URL, each answered within the time-out or not at all.
    pub fn new(url: &str, time_out: Duration) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is no URL"))?;
        let local = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        anyhow::ensure!(local || uri.scheme_str() == Some("https"), "{url} must begin with https://");
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), time_out })
    }

    /// Posts JSON and returns the body of a 200.
    pub async fn post_json(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Bytes, NoAnswer> {
        let mut request = Request::builder().method(Method::POST).uri(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body)).map_err(|_| NoAnswer::Network)?;
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|_| NoAnswer::Network)?;
            let status = answer.status();
            let after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
            let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
            match (status.as_u16(), after) {
                (200, _) => Ok(body.map_err(|_| NoAnswer::Network)?.to_bytes()),
                (429, after) => Err(NoAnswer::Wait(429, after.unwrap_or(1))),
                (503, Some(after)) => Err(NoAnswer::Wait(503, after)),
                (other, _) => Err(NoAnswer::Status(other)),
            }
        };
        tokio::time::timeout(self.time_out, exchange).await.unwrap_or(Err(NoAnswer::TimeOut))
    }
}
