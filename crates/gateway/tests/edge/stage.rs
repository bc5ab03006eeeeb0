//! A gateway on a free port before a fake library service, whose descriptors are compiled here.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use axum::{Router, body::Body, extract::State};
use contract::Dynamic;
use futures::{Stream, StreamExt as _, stream};
use gateway::{Settings, Upstreams};
use http::{HeaderMap, Request, Response};
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tonic::{Code, Status, server::Grpc};
use tower::service_fn;

pub fn pool() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut compiler = protox::Compiler::new([here.join("tests/edge"), here.join("../../proto")]).unwrap();
        compiler.include_source_info(true).include_imports(true).open_file("library.proto").unwrap();
        DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
    });
    &POOL
}

/// The library: remembers what it was asked.
#[derive(Clone, Default)]
pub struct Library(Arc<Mutex<Vec<Asked>>>);

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub rpc: String,
    pub message: Json,
    pub headers: HeaderMap,
    /// An upload that broke off.
    pub broken: bool,
}

pub struct Stage {
    pub url: String,
    pub address: SocketAddr,
    pub library: Library,
    pub http: reqwest::Client,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let library = Library::default();
        let service = serve(Router::new().fallback(answer).with_state(library.clone())).await;
        let addresses = BTreeMap::from([("library".to_owned(), format!("http://{service}"))]);
        let address = gateway_to(&addresses, change).await;
        Self { url: format!("http://{address}"), address, library, http: reqwest::Client::new() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub async fn get(&self, path: &str) -> (u16, Json) {
        told(self.http.get(self.url(path)).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Json) -> (u16, Json) {
        told(self.http.post(self.url(path)).json(&body).send().await.unwrap()).await
    }
}

impl Library {
    pub fn last(&self) -> Asked {
        self.0.lock().unwrap().last().cloned().expect("the library was asked")
    }

    pub fn times(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn remember(&self, rpc: &MethodDescriptor, message: Json, headers: HeaderMap, broken: bool) {
        self.0.lock().unwrap().push(Asked { rpc: rpc.name().to_owned(), message, headers, broken });
    }
}

/// Status and JSON of an answer.
pub async fn told(response: reqwest::Response) -> (u16, Json) {
    (response.status().as_u16(), response.json().await.unwrap_or(Json::Null))
}

/// The reason in an answer's `ErrorInfo`.
pub fn reason(json: &Json) -> &str {
    detail(json, "ErrorInfo")["reason"].as_str().unwrap_or_default()
}

pub fn detail<'j>(json: &'j Json, name: &str) -> &'j Json {
    let kind = format!("type.googleapis.com/google.rpc.{name}");
    let details = json["details"].as_array().unwrap_or_else(|| panic!("no details in {json}"));
    details.iter().find(|detail| detail["@type"] == kind.as_str()).unwrap_or(&Json::Null)
}

/// The fields an answer complains about.
pub fn fields(json: &Json) -> Vec<&str> {
    let violations = detail(json, "BadRequest")["fieldViolations"].as_array().map(Vec::as_slice).unwrap_or_default();
    violations.iter().map(|violation| violation["field"].as_str().unwrap()).collect()
}

pub async fn gateway_to(addresses: &BTreeMap<String, String>, change: impl FnOnce(&mut Settings)) -> SocketAddr {
    let mut settings = Settings::default();
    change(&mut settings);
    serve(gateway::router_of(pool(), Upstreams::to(addresses).unwrap(), settings).unwrap()).await
}

pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = gateway::Settings::default().limits;
    tokio::spawn(async move { gateway::serve(listener, router, &limits, std::future::pending()).await.unwrap() });
    address
}

async fn answer(State(library): State<Library>, request: Request<Body>) -> Response<tonic::body::Body> {
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    if path == "/grpc.health.v1.Health/Check" {
        let (_, health) = tonic_health::server::health_reporter();
        return tower::ServiceExt::oneshot(health, request.map(tonic::body::Body::new)).await.unwrap();
    }
    let (service, name) = path[1..].split_once('/').unwrap();
    let rpc = pool().get_service_by_name(service).unwrap().methods().find(|rpc| rpc.name() == name).unwrap();
    let mut grpc = Grpc::new(Dynamic::server(&rpc));
    let request = request.map(tonic::body::Body::new);
    match (rpc.is_client_streaming(), rpc.is_server_streaming()) {
        (true, _) => {
            let take = service_fn(move |request: tonic::Request<tonic::Streaming<DynamicMessage>>| {
                take(library.clone(), rpc.clone(), headers.clone(), request)
            });
            grpc.client_streaming(take, request).await
        }
        (_, true) => {
            let tell = service_fn(move |request: tonic::Request<DynamicMessage>| {
                library.remember(&rpc, json(request.get_ref()), headers.clone(), false);
                let told = watch(&rpc, json(request.get_ref())["bookId"] == "broken");
                async move { Ok::<_, Status>(tonic::Response::new(told)) }
            });
            grpc.server_streaming(tell, request).await
        }
        _ => {
            let reply = service_fn(move |request: tonic::Request<DynamicMessage>| {
                library.remember(&rpc, json(request.get_ref()), headers.clone(), false);
                let replied = reply(&rpc, &json(request.get_ref()));
                let slow = headers.get("traceparent").is_some_and(|t| t == "slow");
                async move {
                    if slow {
                        tokio::time::sleep(Duration::from_secs(5)).await;
                    }
                    replied
                }
            });
            grpc.unary(reply, request).await
        }
    }
}

fn json(message: &DynamicMessage) -> Json {
    serde_json::to_value(message).unwrap()
}

fn message(rpc: &MethodDescriptor, json: Json) -> DynamicMessage {
    DynamicMessage::deserialize(rpc.output(), json).unwrap()
}

fn reply(rpc: &MethodDescriptor, asked: &Json) -> Result<tonic::Response<DynamicMessage>, Status> {
    if rpc.name() == "RefuseBook" {
        return Err(refuse(asked["bookId"].as_str().unwrap_or_default()));
    }
    let replied = match rpc.name() {
        "ListBooks" => json!({ "books": [{ "bookId": "b1" }, { "bookId": "b2" }] }),
        "DownloadScan" => json!({ "contentType": "application/pdf", "data": "JVBERg==" }),
        _ => json!({
            "bookId": asked["bookId"], "bookTitle": "책", "readCount": "9007199254740993",
            "createTime": "2026-01-31T09:00:00Z", "price": { "currencyCode": "KRW", "units": "583000" }, "etag": "e7",
        }),
    };
    let mut response = tonic::Response::new(message(rpc, replied));
    if rpc.name() == "DownloadScan" {
        response.metadata_mut().insert("content-disposition", "attachment; filename=\"scan.pdf\"".parse().unwrap());
    }
    Ok(response)
}

fn refuse(how: &str) -> Status {
    let no = |code, reason| flow::Refusal::new(code, reason, "No: {why}.", "안 됩니다: {why}.").with("why", how);
    match how {
        "transport" => Status::unavailable("tcp connect error 10.1.2.3:5432"),
        "raw-internal" => Status::internal("column \"secret\" does not exist"),
        "unknown" => Status::unknown("h2 protocol error"),
        "cancelled" => Status::cancelled("Timeout expired"),
        "bare" => Status::not_found("not here"),
        "wait" => no(Code::ResourceExhausted, "TOO_SOON").retry_after(Duration::from_millis(2500)).into(),
        "fields" => no(Code::InvalidArgument, "INVALID_FIELDS").violation("book_id", "no such book").into(),
        code => no(Code::from_i32(code.parse().unwrap()), "BY_CODE").into(),
    }
}

fn watch(rpc: &MethodDescriptor, broken: bool) -> impl Stream<Item = Result<DynamicMessage, Status>> + use<> {
    let rpc = rpc.clone();
    stream::iter(1..=3).map(move |n| match n {
        3 if broken => Err(refuse("7")),
        n => Ok(message(&rpc, json!({ "bookId": format!("b{n}") }))),
    })
}

async fn take(
    library: Library,
    rpc: MethodDescriptor,
    headers: HeaderMap,
    request: tonic::Request<tonic::Streaming<DynamicMessage>>,
) -> Result<tonic::Response<DynamicMessage>, Status> {
    let mut parts = request.into_inner();
    let (mut head, mut bytes, mut chunks, mut largest) = (Json::Null, 0, 0, 0);
    loop {
        match parts.message().await {
            Ok(None) => break,
            Err(status) => {
                library.remember(&rpc, head, headers, true);
                return Err(status);
            }
            Ok(Some(part)) => match part.get_field_by_name("chunk").as_deref() {
                Some(Value::Bytes(chunk)) if !chunk.is_empty() => {
                    (bytes, chunks, largest) = (bytes + chunk.len(), chunks + 1, largest.max(chunk.len()));
                }
                _ => head = json(&part)["head"].clone(),
            },
        }
        if head["fileName"] == "refused.bin" {
            return Err(refuse("9"));
        }
    }
    library.remember(&rpc, head.clone(), headers, false);
    let scan = json!({ "head": head, "byteCount": bytes, "chunkCount": chunks, "largestChunk": largest });
    Ok(tonic::Response::new(message(&rpc, scan)))
}
