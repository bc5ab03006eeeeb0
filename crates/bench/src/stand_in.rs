//! A carrier's gateway that takes everything at once, and remembers when which text came.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::{Json, Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};

/// What it was handed.
#[derive(Default)]
struct Heard {
    first: Option<Instant>,
    last: Option<Instant>,
    texts: Vec<String>,
    codes: Vec<(String, Instant)>,
}

/// See the module.
#[derive(Clone)]
pub struct StandIn {
    /// Where it listens.
    pub url: String,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Deserialize)]
struct Call {
    messages: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    id: String,
    to: String,
    text: String,
}

impl StandIn {
    /// Serves until the program ends.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let heard = Arc::<Mutex<Heard>>::default();
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new()
            .route("/v1/messages", post(take).layer(axum::extract::DefaultBodyLimit::disable()))
            .with_state(heard.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, heard })
    }

    /// How many gift messages came.
    pub fn count(&self) -> usize {
        self.heard().texts.len()
    }

    /// From the first to the last.
    pub fn took(&self) -> anyhow::Result<Duration> {
        let heard = self.heard();
        let (first, last) = heard.first.zip(heard.last).context("nothing was handed over")?;
        Ok(last - first)
    }

    /// When a text that is no gift came to this phone, after the given moment.
    pub fn code_came(&self, phone: &str, after: Instant) -> Option<Duration> {
        self.heard().codes.iter().find(|(to, at)| to == phone && *at >= after).map(|(_, at)| *at - after)
    }

    /// The gift codes of all messages: the end of each link.
    pub fn gift_codes(&self) -> Vec<String> {
        self.heard()
            .texts
            .iter()
            .filter_map(|text| Some(text.split_once("/g/")?.1.split_whitespace().next()?.to_owned()))
            .collect()
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().expect("nothing panics while it is held")
    }
}

async fn take(State(heard): State<Arc<Mutex<Heard>>>, body: Bytes) -> Result<Json<Value>, StatusCode> {
    let call: Call = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let now = Instant::now();
    let results: Vec<Value> = call.messages.iter().map(|text| json!({ "id": text.id, "code": "0" })).collect();
    let mut heard = heard.lock().expect("nothing panics while it is held");
    for message in call.messages {
        if message.text.contains("/g/") {
            heard.first.get_or_insert(now);
            heard.last = Some(now);
            heard.texts.push(message.text);
        } else {
            heard.codes.push((message.to, now));
        }
    }
    Ok(Json(json!({ "results": results })))
}
