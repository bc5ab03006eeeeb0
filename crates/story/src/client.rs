//! An ordinary HTTP/JSON client: one `Idempotency-Key` a write, a bearer token, and patience. A call that was not
//! answered is sent again with the same key, so it does nothing twice. It knows the API's documentation, no Rust of Dure.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use rand::Rng as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::Instant};
use uuid::Uuid;

use crate::json::Json as _;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(300);
/// How long one try may take.
const ONE_TRY: Duration = Duration::from_secs(130);

/// A client, signed in or not. Clones share the session.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: Arc<str>,
    patience: Duration,
    session: Option<Arc<Mutex<Session>>>,
}

struct Session {
    access: String,
    refresh: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// `POST /v1/orders`.
    pub call: String,
    /// The HTTP status.
    pub status: StatusCode,
    /// The body; null where it is no JSON.
    pub body: Value,
}

enum Content {
    Nothing,
    Json(Value),
    File(Vec<u8>),
}

impl Client {
    /// A client of `http://host:port`. On loopback each one is a visitor with an address of its own (127.x.y.z), as
    /// visitors are; limits per address then count this visitor alone.
    pub fn new(url: &str, patience: Duration) -> anyhow::Result<Self> {
        let mut http = reqwest::Client::builder().timeout(ONE_TRY);
        if cfg!(target_os = "linux") && url.contains("//127.") {
            let [a, b, c] = rand::rng().random::<[u8; 3]>();
            http = http.local_address(IpAddr::V4(Ipv4Addr::new(127, a, b, c.clamp(2, 254))));
        }
        Ok(Self { http: http.build()?, url: url.trim_end_matches('/').into(), patience, session: None })
    }

    /// The same client with these tokens: an answer of `Login`, or of `IssueServiceToken`.
    pub fn signed_in(&self, tokens: &Value) -> anyhow::Result<Self> {
        Ok(Self { session: Some(Arc::new(Mutex::new(Session::of(tokens)?))), ..self.clone() })
    }

    /// Goes on with these tokens, in every clone: somebody has signed in again.
    pub async fn sign_in_again(&self, tokens: &Value) -> anyhow::Result<()> {
        let session = self.session.as_ref().context("nobody was signed in")?;
        *session.lock().await = Session::of(tokens)?;
        Ok(())
    }

    /// The access token, where somebody is signed in.
    pub async fn token(&self) -> Option<String> {
        Some(self.session.as_ref()?.lock().await.access.clone())
    }

    /// Where it asks.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Reads; expects an answer.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(path).await?.ok()
    }

    /// Reads.
    pub async fn ask(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None, Content::Nothing).await
    }

    /// Writes; expects success.
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.try_post(path, body).await?.ok()
    }

    /// Writes.
    pub async fn try_post(&self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.repeat_post(Uuid::new_v4(), path, body).await
    }

    /// Writes under the given key.
    pub async fn repeat_post(&self, key: Uuid, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(key), Content::Json(body)).await
    }

    /// Changes.
    pub async fn try_patch(&self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::PATCH, path, Some(Uuid::new_v4()), Content::Json(body)).await
    }

    /// Uploads a file.
    pub async fn upload(&self, path: &str, name: &str, bytes: Vec<u8>) -> anyhow::Result<Answer> {
        let path = format!("{path}?fileName={name}");
        self.send(Method::POST, &path, Some(Uuid::new_v4()), Content::File(bytes)).await
    }

    /// Sends a part of a file.
    pub async fn append(&self, path: &str, bytes: Vec<u8>) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(Uuid::new_v4()), Content::File(bytes)).await
    }

    /// Downloads; answers the content type and the bytes.
    pub async fn download(&self, path: &str) -> anyhow::Result<(String, Vec<u8>)> {
        let response = self.request(&Method::GET, path, None, &Content::Nothing).await.send().await?;
        let status = response.status();
        let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = response.bytes().await?.to_vec();
        anyhow::ensure!(status.is_success(), "GET {path}: {status} {}", String::from_utf8_lossy(&bytes));
        Ok((kind, bytes))
    }

    async fn send(&self, method: Method, path: &str, key: Option<Uuid>, content: Content) -> anyhow::Result<Answer> {
        let until = Instant::now() + self.patience;
        let mut refreshed = false;
        loop {
            let tried = self.once(&method, path, key, &content).await;
            let again = match &tried {
                Err(_) => true,
                Ok(answer) if answer.is_stale_token() && !refreshed => {
                    refreshed = true;
                    self.refresh().await?
                }
                Ok(answer) => answer.is_passing(),
            };
            if !again || Instant::now() > until {
                return tried.with_context(|| format!("{method} {path}"));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn once(&self, method: &Method, path: &str, key: Option<Uuid>, content: &Content) -> anyhow::Result<Answer> {
        let response = self.request(method, path, key, content).await.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer { call: format!("{method} {path}"), status, body })
    }

    async fn request(
        &self,
        method: &Method,
        path: &str,
        key: Option<Uuid>,
        content: &Content,
    ) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.url));
        if let Some(session) = &self.session {
            request = request.bearer_auth(&session.lock().await.access);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        match content {
            Content::Nothing => request,
            Content::Json(body) => request.json(body),
            Content::File(bytes) => request.header("content-type", "application/octet-stream").body(bytes.clone()),
        }
    }

    /// New tokens for the refresh token; false where there is none, or it is over.
    async fn refresh(&self) -> anyhow::Result<bool> {
        let Some(session) = &self.session else { return Ok(false) };
        let mut session = session.lock().await;
        if session.refresh.is_empty() {
            return Ok(false);
        }
        let asked = json!({ "refreshToken": session.refresh });
        let request = self.http.post(format!("{}/v1/sessions:refresh", self.url));
        let response = request.header("Idempotency-Key", Uuid::new_v4().to_string()).json(&asked).send().await?;
        if !response.status().is_success() {
            return Ok(false);
        }
        *session = Session::of(&response.json().await?)?;
        Ok(true)
    }
}

impl Session {
    fn of(tokens: &Value) -> anyhow::Result<Self> {
        let refresh = tokens.get("refreshToken").and_then(Value::as_str).unwrap_or_default();
        Ok(Self { access: tokens.text("accessToken")?.to_owned(), refresh: refresh.to_owned() })
    }
}

impl Answer {
    /// The body of a success; a refusal is an error that says all of it.
    pub fn ok(self) -> anyhow::Result<Value> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        bail!("{} was refused: {} {}", self.call, self.status, self.body)
    }

    /// The stable reason of a refusal (`google.rpc.ErrorInfo`).
    pub fn reason(&self) -> Option<&str> {
        self.detail("google.rpc.ErrorInfo")?.get("reason")?.as_str()
    }

    /// What the refusal says.
    pub fn sentence(&self) -> &str {
        self.body.get("message").and_then(Value::as_str).unwrap_or_default()
    }

    /// The fields found wrong (`google.rpc.BadRequest`), each with why.
    pub fn violations(&self) -> Vec<(&str, &str)> {
        let listed = self.detail("google.rpc.BadRequest").and_then(|d| d.get("fieldViolations")?.as_array());
        listed
            .into_iter()
            .flatten()
            .filter_map(|v| Some((v.get("field")?.as_str()?, v.get("description")?.as_str()?)))
            .collect()
    }

    fn detail(&self, kind: &str) -> Option<&Value> {
        let details = self.body.get("details")?.as_array()?;
        details.iter().find(|d| d.get("@type").and_then(Value::as_str).is_some_and(|t| t.ends_with(kind)))
    }

    fn is_stale_token(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED && self.reason() == Some("TOKEN_INVALID")
    }

    /// Away, too slow, or in flight under the same key: worth asking again.
    fn is_passing(&self) -> bool {
        const ABORTED: u64 = 10;
        matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
            || self.body.get("code").and_then(Value::as_u64) == Some(ABORTED)
    }
}
