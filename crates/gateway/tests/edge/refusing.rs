//! GW-1, S65: every no is `google.rpc.Status` under the HTTP status of its code; nothing inner is shown.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;

use crate::stage::{Stage, detail, fields, gateway_to, reason, told};

// S65
#[tokio::test]
async fn the_status_map_holds_for_every_code() {
    let stage = Stage::new().await;
    let map = [
        (3, 400),
        (4, 504),
        (5, 404),
        (6, 409),
        (7, 403),
        (8, 429),
        (9, 409),
        (10, 409),
        (11, 400),
        (13, 500),
        (14, 503),
        (16, 401),
    ];
    for (code, http) in map {
        let (status, told) = stage.get(&format!("/v1/noes/{code}")).await;
        assert_eq!((status, told["code"].as_i64(), reason(&told)), (http, Some(code), "BY_CODE"));
    }
}

// GW-1
#[tokio::test]
async fn details_are_decoded_and_waiting_is_told() {
    let stage = Stage::new().await;
    let response = stage.http.get(stage.url("/v1/noes/wait")).send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "3");
    let (status, told) = told(response).await;
    assert_eq!(status, 429);
    assert_eq!(
        told,
        json!({ "code": 8, "message": "No: wait.", "details": [
            { "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "TOO_SOON", "domain": "dure", "metadata": { "why": "wait" } },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.500s" },
            { "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en", "message": "No: wait." },
            { "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "ko", "message": "안 됩니다: wait." },
        ] })
    );
    let (status, told) = stage.get("/v1/noes/fields").await;
    assert_eq!((status, fields(&told)), (400, vec!["book_id"]));
    let response = stage.http.get(stage.url("/v1/noes/16")).send().await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
}

// S65
#[tokio::test]
async fn what_is_not_one_of_our_own_noes_is_told_in_our_words() {
    let stage = Stage::new().await;
    for (how, http, why) in [
        ("transport", 503, "SERVICE_AWAY"),
        ("raw-internal", 500, "INTERNAL"),
        ("unknown", 500, "INTERNAL"),
        ("cancelled", 504, "DEADLINE_EXCEEDED"),
    ] {
        let response = stage.http.get(stage.url(&format!("/v1/noes/{how}"))).send().await.unwrap();
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let (status, told) = told(response).await;
        assert_eq!((status, reason(&told)), (http, why));
        assert!(!told.to_string().contains("10.1.2.3") && !told.to_string().contains("secret"), "{told}");
        assert_eq!(told["message"].as_str().unwrap().contains(&id), http == 500, "an opaque id to quote");
        assert!(!detail(&told, "LocalizedMessage").is_null());
    }
    let (status, told) = stage.get("/v1/noes/bare").await;
    assert_eq!((status, told["message"].as_str()), (404, Some("not here")));
}

// GW-1
#[tokio::test]
async fn unknown_paths_and_methods_are_noes_of_the_same_form() {
    let stage = Stage::new().await;
    for path in ["/", "/v1/nothing", "/v1/books/", "/v1/books/%ff", "/v1/books/b1/scan/", "/v2/books"] {
        let (status, told) = stage.get(path).await;
        assert_eq!((status, reason(&told), told["code"].as_i64()), (404, "NO_SUCH_ROUTE", Some(5)), "{path}");
    }
    let (status, told) = told(stage.http.delete(stage.url("/v1/books")).send().await.unwrap()).await;
    assert_eq!((status, reason(&told)), (405, "METHOD_NOT_ALLOWED"));
    assert!(
        told["message"].as_str().unwrap().contains("GET, POST")
            || told["message"].as_str().unwrap().contains("POST, GET")
    );
}

// GW-1
#[tokio::test]
async fn what_is_for_developers_only_is_not_there_elsewhere() {
    let path = "/v1/books:burn";
    let (status, _) = Stage::new().await.post(path, json!({})).await;
    assert_eq!(status, 404);
    let (status, _) = Stage::with(|settings| settings.embedded = true).await.post(path, json!({})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_service_that_is_away_is_503_and_readiness_says_which() {
    let addresses = BTreeMap::from([("library".to_owned(), "http://127.0.0.1:9".to_owned())]);
    let address = gateway_to(&addresses, |_| {}).await;
    let response = reqwest::get(format!("http://{address}/v1/books")).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let (status, answer) = told(response).await;
    assert_eq!((status, reason(&answer)), (503, "SERVICE_AWAY"));
    let (status, answer) = told(reqwest::get(format!("http://{address}/readyz")).await.unwrap()).await;
    assert_eq!((status, answer), (503, json!({ "ready": false, "services": { "library": false } })));
    assert_eq!(reqwest::get(format!("http://{address}/healthz")).await.unwrap().status(), 200);
}

// S64
#[tokio::test]
async fn a_service_that_is_slow_is_504_at_the_clients_own_deadline() {
    let stage = Stage::new().await;
    let began = std::time::Instant::now();
    let slow = stage.http.get(stage.url("/v1/books")).header("traceparent", "slow").header("grpc-timeout", "200m");
    let (status, told) = told(slow.send().await.unwrap()).await;
    assert_eq!((status, reason(&told)), (504, "DEADLINE_EXCEEDED"));
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(
        stage.library.last().headers["grpc-timeout"].to_str().unwrap().trim_end_matches(char::is_alphabetic),
        "200000"
    );
}
