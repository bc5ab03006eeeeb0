//! GW-1, GW-7: messages come back as protobuf JSON, documents as they are, streams as events.

use serde_json::{Value, json};

use crate::stage::Stage;

// GW-1
#[tokio::test]
async fn an_answer_is_protobuf_json_with_its_zeros() {
    let stage = Stage::new().await;
    let response = stage.http.get(stage.url("/v1/shelves/s/books/b1")).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["etag"], "\"e7\"");
    let book: Value = response.json().await.unwrap();
    assert_eq!(
        book,
        json!({
            "bookId": "b1", "bookTitle": "책", "pageCount": 0, "readCount": "9007199254740993", "lent": false,
            "binding": "BINDING_UNSPECIFIED", "createTime": "2026-01-31T09:00:00Z", "etag": "e7", "cover": "",
            "price": { "currencyCode": "KRW", "units": "583000", "nanos": 0 }, "authors": [], "labels": {},
        })
    );
}

// GW-1
#[tokio::test]
async fn a_document_comes_as_its_own_bytes_with_its_name() {
    let stage = Stage::new().await;
    let response = stage.http.get(stage.url("/v1/books/b1/scan")).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/pdf");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"scan.pdf\"");
    assert_eq!(response.bytes().await.unwrap().as_ref(), b"%PDF");
}

// GW-7
#[tokio::test]
async fn a_stream_comes_as_events_and_a_no_in_the_middle_is_one_too() {
    let stage = Stage::new().await;
    let response = stage.http.get(stage.url("/v1/books/b1:watch")).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect::<Vec<_>>();
    assert_eq!(data.len(), 3, "{text}");
    assert_eq!(serde_json::from_str::<Value>(data[2]).unwrap()["bookId"], "b3");

    let text = stage.http.get(stage.url("/v1/books/broken:watch")).send().await.unwrap().text().await.unwrap();
    let (_, last) = text.trim_end().rsplit_once("\n\n").unwrap();
    assert!(last.starts_with("event: error\ndata: {"), "{text}");
    assert!(last.contains("\"reason\":\"BY_CODE\""));
}

#[tokio::test]
async fn a_head_request_has_the_headers_of_a_get() {
    let stage = Stage::new().await;
    let response = stage.http.head(stage.url("/v1/shelves/s/books/b1")).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["etag"].to_str().unwrap()), (200, "\"e7\""));
    assert_eq!(response.text().await.unwrap(), "");
}
