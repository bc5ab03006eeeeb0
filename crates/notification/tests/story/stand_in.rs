//! A carrier's gateway to try ours on. It checks signatures with its own code, knows each text by its id, and can be told
//! to fail, delay, cut the connection, answer partly or rubbish, and ask for peace.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use notification::{Settings, settings::TextRoad};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

pub const SECRET: &str = "shared with the carrier";

/// What it does with a call.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// Takes every text but those to numbers that end in 0.
    Answer,
    /// Takes the first so many, refuses the next, and says nothing of the rest.
    Partly { taken: usize, refused: usize },
    /// Takes all and cuts the connection before it answers.
    Cut,
    /// Cuts the connection and takes nothing.
    Drop,
    /// Takes all and never answers.
    Silent,
    /// Takes nothing and says this instead of an answer.
    Rubbish(&'static str),
    /// Takes nothing: a status, and seconds to wait.
    Status(u16, Option<u32>),
}

/// One text, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Text {
    pub id: String,
    pub to: String,
    pub text: String,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// When, by Dure's clock.
    pub at: i64,
    pub texts: Vec<Text>,
}

/// What it has seen so far.
#[derive(Default)]
pub struct Seen {
    pub calls: Vec<Call>,
    /// What it took: each id once, however often it came.
    pub taken: HashMap<String, Text>,
    /// Ids that came again with other words.
    pub changed: Vec<String>,
}

type Script = Box<dyn Fn(usize, &[Text]) -> Act + Send + Sync>;

struct Inner {
    seen: Mutex<Seen>,
    script: Script,
}

/// See the module.
#[derive(Clone)]
pub struct StandIn {
    inner: Arc<Inner>,
    url: String,
}

impl StandIn {
    /// Does with the call of this number (from 0) and these texts what the script says.
    pub async fn start(script: impl Fn(usize, &[Text]) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner { seen: Mutex::default(), script: Box::new(script) });
        let serving = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inner = serving.clone();
                let serve = service_fn(move |request| answer(inner.clone(), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), serve));
            }
        });
        Self { inner, url }
    }

    /// Sends texts through it.
    pub fn settings(&self) -> impl Fn(&mut Settings) + Clone + use<> {
        let url = self.url.clone();
        move |settings| {
            settings.text = TextRoad::Carrier;
            settings.carrier.url = url.clone();
            settings.carrier.key = "dure".into();
            settings.carrier.secret = SECRET.to_owned().into();
            settings.carrier.from = "0100000000".into();
        }
    }

    pub fn look<T>(&self, at: impl FnOnce(&Seen) -> T) -> T {
        at(&self.inner.seen.lock().unwrap())
    }
}

async fn answer(inner: Arc<Inner>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Err(cut()) };
    let body = body.to_bytes();
    let header = |name: &str| head.headers[name].to_str().unwrap().to_owned();
    let lines = format!("{}\n{}\n{}", header("x-timestamp"), head.uri.path(), hex::encode(Sha256::digest(&body)));
    assert_eq!(header("x-signature"), hmac(SECRET, &lines), "the call is signed");
    assert_eq!((head.uri.path(), header("x-key").as_str()), ("/v1/messages", "dure"));

    let call: HashMap<String, Vec<Text>> = serde_json::from_slice(&body).unwrap();
    let texts = call["messages"].clone();
    let act = {
        let mut seen = inner.seen.lock().unwrap();
        let act = (inner.script)(seen.calls.len(), &texts);
        seen.calls.push(Call { at: header("x-timestamp").parse().unwrap(), texts: texts.clone() });
        act
    };
    match act {
        Act::Answer => Ok(verdicts(&inner, &texts, texts.len(), texts.len())),
        Act::Partly { taken, refused } => Ok(verdicts(&inner, &texts, taken, taken + refused)),
        Act::Cut => {
            verdicts(&inner, &texts, texts.len(), texts.len());
            Err(cut())
        }
        Act::Drop => Err(cut()),
        Act::Silent => {
            verdicts(&inner, &texts, texts.len(), texts.len());
            Ok(std::future::pending::<Result<_, Infallible>>().await.unwrap_or_else(|never| match never {}))
        }
        Act::Rubbish(text) => Ok(Response::new(Full::from(text))),
        Act::Status(code, wait) => {
            let mut response = Response::builder().status(code);
            if let Some(seconds) = wait {
                response = response.header("retry-after", seconds);
            }
            Ok(response.body(Full::from("not now")).unwrap())
        }
    }
}

fn cut() -> std::io::Error {
    std::io::Error::other("cut")
}

fn verdicts(inner: &Inner, texts: &[Text], taken: usize, answered: usize) -> Response<Full<Bytes>> {
    let mut seen = inner.seen.lock().unwrap();
    let verdict = |(place, text): (usize, &Text)| {
        if place >= taken || text.to.ends_with('0') {
            return serde_json::json!({ "id": text.id, "code": "NO_SUCH_NUMBER" });
        }
        match seen.taken.get(&text.id) {
            Some(first) if first != text => seen.changed.push(text.id.clone()),
            Some(_) => {}
            None => drop(seen.taken.insert(text.id.clone(), text.clone())),
        }
        serde_json::json!({ "id": text.id, "code": "0" })
    };
    let results: Vec<_> = texts[..answered].iter().enumerate().map(verdict).collect();
    Response::new(Full::from(serde_json::json!({ "results": results }).to_string()))
}

/// HMAC-SHA-256 as RFC 2104 writes it, in hexadecimal: not the code under test.
pub fn hmac(key: &str, text: &str) -> String {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key.as_bytes());
    let inner = Sha256::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(text).finalize();
    hex::encode(Sha256::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize())
}
