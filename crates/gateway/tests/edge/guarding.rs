//! GW-4: what the edge holds back and what it adds.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::stage::{Stage, reason, told};

// S30, GW-4
#[tokio::test]
async fn only_the_gateway_says_who_the_client_is() {
    let stage = Stage::new().await;
    let asked = stage.http.get(stage.url("/v1/books"));
    let asked = asked
        .header("authorization", "Bearer token")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .header("x-dure-client-address", "1.1.1.1")
        .header("x-forwarded-for", "2.2.2.2")
        .header("x-dure-account", "acc_1")
        .header("cookie", "a=b")
        .header("x-request-id", "chosen-by-client");
    let response = asked.send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "chosen-by-client");
    let headers = stage.library.last().headers;
    assert_eq!(headers["authorization"], "Bearer token");
    assert_eq!(headers["traceparent"], "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assert_eq!(headers["x-dure-client-address"], "127.0.0.1");
    assert_eq!(headers["x-request-id"], "chosen-by-client");
    for gone in ["x-forwarded-for", "x-dure-account", "cookie"] {
        assert!(!headers.contains_key(gone), "{gone}");
    }

    let behind = Stage::with(|settings| settings.proxies_in_front = 1).await;
    behind.http.get(behind.url("/v1/books")).header("x-forwarded-for", "6.6.6.6, 203.0.113.7").send().await.unwrap();
    assert_eq!(behind.library.last().headers["x-dure-client-address"], "203.0.113.7");
}

// S61, S67
#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let stage = Stage::with(|settings| settings.https_only = true).await;
    for path in ["/v1/books", "/v1/nothing", "/openapi.json", "/docs"] {
        let response = stage.http.get(stage.url(path)).header("x-request-id", "<script>").send().await.unwrap();
        let headers = response.headers();
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
        assert!(headers.contains_key("strict-transport-security"));
        assert_ne!(headers["x-request-id"], "<script>");
    }
}

// S67
#[tokio::test]
async fn only_pages_of_named_origins_may_call() {
    let preflight = async |stage: &Stage| {
        let request = stage.http.request(reqwest::Method::OPTIONS, stage.url("/v1/books"));
        request
            .header("origin", "https://portal.example.com")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "idempotency-key")
            .send()
            .await
            .unwrap()
    };
    let closed = preflight(&Stage::new().await).await;
    assert!(!closed.headers().contains_key("access-control-allow-origin"));
    let open = Stage::with(|settings| settings.cors_origins = vec!["https://portal.example.com".into()]).await;
    let opened = preflight(&open).await;
    assert_eq!(opened.headers()["access-control-allow-origin"], "https://portal.example.com");
    assert!(opened.headers()["access-control-allow-headers"].to_str().unwrap().contains("idempotency-key"));
    let other = open.http.get(open.url("/v1/books")).header("origin", "https://evil.example.com").send().await.unwrap();
    assert!(!other.headers().contains_key("access-control-allow-origin"));
}

// GW-4
#[tokio::test]
async fn too_many_from_one_address_or_with_one_token_wait() {
    let stage =
        Stage::with(|settings| (settings.rates.address_per_second, settings.rates.address_burst) = (1, 3)).await;
    for _ in 0..3 {
        assert_eq!(stage.get("/v1/books").await.0, 200);
    }
    let response = stage.http.get(stage.url("/v1/books")).send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let (status, answer) = told(response).await;
    assert_eq!((status, reason(&answer)), (429, "TOO_MANY_REQUESTS"));
    assert_eq!(stage.http.get(stage.url("/healthz")).send().await.unwrap().status(), 200);

    let stage = Stage::with(|settings| (settings.rates.token_per_second, settings.rates.token_burst) = (1, 1)).await;
    let with = async |token: &str| {
        stage.http.get(stage.url("/v1/books")).bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    assert_eq!((with("a").await, with("a").await, with("b").await), (200, 429, 200));
}

// GW-4
#[tokio::test]
async fn more_at_once_than_the_edge_takes_are_told_to_come_again() {
    let stage = Stage::with(|settings| settings.limits.requests_at_once = 1).await;
    let slow = stage.http.get(stage.url("/v1/books")).header("traceparent", "slow").header("grpc-timeout", "1S").send();
    let quick = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stage.get("/v1/books").await
    };
    let (_, (status, told)) = tokio::join!(slow, quick);
    assert_eq!((status, reason(&told)), (429, "EDGE_BUSY"));
}

// S48, S62
#[tokio::test]
async fn a_body_beyond_the_limit_is_413_whether_announced_or_not() {
    let stage = Stage::with(|settings| settings.limits.body_bytes = 1000).await;
    let (status, told) = stage.post("/v1/books", json!({ "book": { "bookTitle": "x".repeat(2000) } })).await;
    assert_eq!((status, reason(&told)), (413, "TOO_LARGE"));

    let mut socket = TcpStream::connect(stage.address).await.unwrap();
    let head =
        "POST /v1/books HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.write_all(format!("{head}7d0\r\n{}\r\n0\r\n\r\n", "x".repeat(2000)).as_bytes()).await.unwrap();
    assert!(first_line(&mut socket).await.contains("413"));
}

// S64
#[tokio::test]
async fn slow_headers_and_bodies_that_never_come_are_given_up() {
    let stage = Stage::with(|settings| settings.limits.answer_seconds = 1).await;
    let mut socket = TcpStream::connect(stage.address).await.unwrap();
    socket.write_all(b"POST /v1/books HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{").await.unwrap();
    let line = first_line(&mut socket).await;
    assert!(line.contains("408") || line.contains("504"), "{line}");
    assert_eq!(stage.library.times(), 0);
}

// S62
#[tokio::test]
async fn headers_beyond_the_limit_are_refused() {
    let stage = Stage::new().await;
    let mut socket = TcpStream::connect(stage.address).await.unwrap();
    let request = format!("GET /v1/books HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "x".repeat(70_000));
    let _ = socket.write_all(request.as_bytes()).await;
    assert!(first_line(&mut socket).await.contains("431"));
}

async fn first_line(socket: &mut TcpStream) -> String {
    let mut bytes = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(5), socket.read(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8_lossy(&bytes[..read]).lines().next().unwrap_or_default().to_owned()
}
