//! GW-1, S48: files stream through in pieces; a file that breaks off is never taken for whole.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::stage::{Stage, fields, reason, told};

const KEY: &str = "0192d3c4-0000-7000-8000-000000000001";

// GW-1
#[tokio::test]
async fn a_raw_body_streams_in_pieces_behind_its_head() {
    let stage = Stage::new().await;
    let send = stage.http.post(stage.url("/v1/books/b1/scans?dpi=300")).header("idempotency-key", KEY);
    let send = send.header("x-file-name", "%EC%B1%85.pdf").body(vec![7; 1_000_000]);
    let (status, scan) = told(send.send().await.unwrap()).await;
    assert_eq!(status, 200, "{scan}");
    assert_eq!(
        scan,
        json!({
            "head": { "bookId": "b1", "fileName": "책.pdf", "requestId": KEY, "dpi": 300 },
            "byteCount": "1000000", "chunkCount": 16, "largestChunk": 65536,
        })
    );
}

// GW-1
#[tokio::test]
async fn a_form_gives_its_first_file_its_name_and_the_fields_before_it() {
    let stage = Stage::new().await;
    let form = Form::new().text("dpi", "600").part("file", Part::bytes(vec![1; 70_000]).file_name("명단.xlsx"));
    let send = stage.http.post(stage.url("/v1/books/b1/scans")).header("idempotency-key", KEY).multipart(form);
    let (status, scan) = told(send.send().await.unwrap()).await;
    assert_eq!(status, 200, "{scan}");
    assert_eq!(scan["head"], json!({ "bookId": "b1", "fileName": "명단.xlsx", "requestId": KEY, "dpi": 600 }));
    assert_eq!((scan["byteCount"].as_str(), scan["chunkCount"].as_i64()), (Some("70000"), Some(2)));
}

// GW-1
#[tokio::test]
async fn a_wrong_head_or_a_form_without_file_is_refused_before_anything_is_sent() {
    let stage = Stage::new().await;
    let (status, answer) =
        told(stage.http.post(stage.url("/v1/books/b1/scans?dpi=fine&x=1")).body("x").send().await.unwrap()).await;
    assert_eq!((status, fields(&answer)), (400, vec!["dpi", "x", "Idempotency-Key"]));
    let form = stage.http.post(stage.url("/v1/books/b1/scans")).multipart(Form::new().text("dpi", "600"));
    let (status, answer) = told(form.send().await.unwrap()).await;
    assert_eq!((status, reason(&answer)), (400, "NO_FILE"));
    let broken = stage.http.post(stage.url("/v1/books/b1/scans")).header("content-type", "multipart/form-data");
    let (status, answer) = told(broken.body("x").send().await.unwrap()).await;
    assert_eq!((status, reason(&answer)), (400, "BROKEN_BODY"));
    assert_eq!(stage.library.times(), 0);
}

// S48
#[tokio::test]
async fn a_file_beyond_the_limit_is_413_and_never_whole_at_the_service() {
    let stage = Stage::with(|settings| settings.limits.upload_bytes = 200_000).await;
    let url = stage.url("/v1/books/b1/scans?request_id=0192d3c4-0000-7000-8000-000000000001");
    let (status, answer) = told(stage.http.post(&url).body(vec![0; 300_000]).send().await.unwrap()).await;
    assert_eq!((status, reason(&answer)), (413, "TOO_LARGE"));
    assert_eq!(stage.library.times(), 0, "an announced length is refused unread");

    let mut socket = TcpStream::connect(stage.address).await.unwrap();
    let head =
        "POST /v1/books/b1/scans HTTP/1.1\r\nhost: x\r\nidempotency-key: k\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..3 {
        socket.write_all(format!("186a0\r\n{}\r\n", "x".repeat(100_000)).as_bytes()).await.unwrap();
    }
    let mut bytes = vec![0; 4096];
    let read = socket.read(&mut bytes).await.unwrap();
    assert!(String::from_utf8_lossy(&bytes[..read]).starts_with("HTTP/1.1 413"));
    was_broken(&stage).await;
}

// S48
#[tokio::test]
async fn a_file_that_breaks_off_is_never_whole_at_the_service() {
    let stage = Stage::new().await;
    let mut socket = TcpStream::connect(stage.address).await.unwrap();
    let head = "POST /v1/books/b1/scans HTTP/1.1\r\nhost: x\r\nidempotency-key: k\r\ncontent-length: 200000\r\n\r\n";
    socket.write_all(format!("{head}{}", "x".repeat(150_000)).as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(socket);
    was_broken(&stage).await;
}

// GW-1
#[tokio::test]
async fn a_service_may_refuse_before_the_file_is_over_and_is_heard() {
    let stage = Stage::new().await;
    let send = stage.http.post(stage.url("/v1/books/b1/scans?file_name=refused.bin")).header("idempotency-key", KEY);
    let (status, answer) = told(send.body(vec![0; 8_000_000]).send().await.unwrap()).await;
    assert_eq!((status, reason(&answer)), (409, "BY_CODE"));
}

async fn was_broken(stage: &Stage) {
    for _ in 0..50 {
        if stage.library.times() > 0 {
            assert!(stage.library.last().broken);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the service heard nothing");
}
