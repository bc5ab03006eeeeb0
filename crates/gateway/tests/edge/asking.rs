//! GW-1: path, query, body and headers become the message, and nothing else does.

use serde_json::json;

use crate::stage::{Stage, detail, fields, reason, told};

const KEY: &str = "0192d3c4-0000-7000-8000-000000000001";

// GW-1
#[tokio::test]
async fn path_and_query_fill_fields_nested_repeated_enums_bools_and_instants() {
    let stage = Stage::new().await;
    let (status, _) = stage.get("/v1/shelves/s%2F1/books/b1?shelf.floor=3").await;
    assert_eq!(status, 200);
    assert_eq!(stage.library.last().message, json!({ "bookId": "b1", "shelf": { "shelfId": "s/1", "floor": 3 } }));

    let query = "pageSize=5&page_token=t%20%EA%B0%80&bindings=BINDING_HARD&bindings=2&lent=true&shelf.shelf_id=s\
                 &since=2026-01-31T09:00:00%2B09:00&names=a&names=b&readCount=9007199254740993";
    for path in ["/v1/books", "/v1/all-books"] {
        let (status, told) = stage.get(&format!("{path}?{query}")).await;
        assert_eq!(status, 200, "{told}");
        assert_eq!(
            stage.library.last().message,
            json!({
                "pageSize": 5, "pageToken": "t 가", "bindings": ["BINDING_HARD", "BINDING_SOFT"], "lent": true,
                "shelf": { "shelfId": "s" }, "since": "2026-01-31T00:00:00Z", "names": ["a", "b"],
                "readCount": "9007199254740993",
            })
        );
    }
}

// GW-1, S66
#[tokio::test]
async fn a_query_that_is_not_right_is_refused_field_by_field() {
    let stage = Stage::new().await;
    let query =
        "page_size=many&lent=yes&bindings=BINDING_STONE&shelf=s&nothing=1&since=today&read_count=1&read_count=2";
    let (status, told) = stage.get(&format!("/v1/books?{query}")).await;
    assert_eq!((status, reason(&told)), (400, "INVALID_FIELDS"));
    assert_eq!(fields(&told), ["bindings", "lent", "nothing", "page_size", "read_count", "shelf", "since"]);
    let (status, _) = stage.get("/v1/books?page_token=%00").await;
    assert_eq!(status, 400);
    let (status, told) = stage.get("/v1/books?bindings=1&bindings=99").await;
    assert_eq!((status, fields(&told)), (400, vec!["bindings"]));
    assert_eq!(stage.library.times(), 0);
}

// GW-1
#[tokio::test]
async fn a_body_is_read_in_camel_case_and_snake_case() {
    let stage = Stage::new().await;
    let body = json!({ "requestId": KEY, "book": {
        "bookTitle": "책", "page_count": "12", "readCount": 9, "binding": "BINDING_SOFT", "create_time": "2026-01-31T09:00:00Z",
        "authors": [{ "name": "a" }, { "birthYear": 1970 }], "labels": { "k": "v" }, "cover": "AAEC", "price": null,
        "owner_phone": "01000001234",
    } });
    let (status, told) = stage.post("/v1/books", body).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(
        stage.library.last().message,
        json!({ "requestId": KEY, "book": {
            "bookTitle": "책", "pageCount": 12, "readCount": "9", "binding": "BINDING_SOFT",
            "createTime": "2026-01-31T09:00:00Z", "authors": [{ "name": "a" }, { "birthYear": 1970 }],
            "labels": { "k": "v" }, "cover": "AAEC", "ownerPhone": "01000001234",
        } })
    );
}

// GW-1, S25
#[tokio::test]
async fn unknown_wrong_double_and_contradicting_fields_are_refused_by_name_and_never_repeated() {
    let stage = Stage::new().await;
    let body = json!({ "request_id": KEY, "role": "operator", "book": {
        "balance": 1, "pageCount": "s3cret", "authors": [{ "name": "a" }, { "shoe": 1 }, 7], "price": { "units": 1.5 },
        "labels": [], "bookTitle": "a\u{0}b", "ownerPhone": "1", "ownerMail": "2", "shelf": "s", "lent": "true", "lentt": 1,
    } });
    let (status, told) = stage.post("/v1/books", body).await;
    assert_eq!((status, reason(&told)), (400, "INVALID_FIELDS"));
    let mut named = fields(&told);
    named.sort_unstable();
    assert_eq!(
        named,
        [
            "book.authors[1].shoe",
            "book.authors[2]",
            "book.balance",
            "book.book_title",
            "book.labels",
            "book.lent",
            "book.lentt",
            "book.owner_phone",
            "book.page_count",
            "book.price.units",
            "book.shelf",
            "role",
        ]
    );
    assert!(!told.to_string().contains("s3cret"));

    let twice = stage.http.post(stage.url("/v1/books")).header("content-type", "application/json");
    let (status, told) = self::told(twice.body(r#"{"requestId":"a","request_id":"b"}"#).send().await.unwrap()).await;
    assert_eq!((status, fields(&told)), (400, vec!["request_id"]));
    assert_eq!(stage.library.times(), 0);
}

// GW-1
#[tokio::test]
async fn a_custom_verb_binds_its_path_and_the_body_may_not_contradict_it() {
    let stage = Stage::new().await;
    let (status, _) = stage.post("/v1/books/b1:lend", json!({ "request_id": KEY, "days": 3, "book_id": "b1" })).await;
    assert_eq!(status, 200);
    let asked = stage.library.last();
    assert_eq!(
        (asked.rpc.as_str(), asked.message),
        ("LendBook", json!({ "bookId": "b1", "requestId": KEY, "days": 3 }))
    );

    let (status, told) = stage.post("/v1/books/b1:lend", json!({ "request_id": KEY, "book_id": "b2" })).await;
    assert_eq!((status, fields(&told)), (400, vec!["book_id"]));
    let (status, told) = stage.post("/v1/books/b1:lend?days=3", json!({ "request_id": KEY })).await;
    assert_eq!((status, fields(&told)), (400, vec!["days"]));
}

// GW-1
#[tokio::test]
async fn a_body_may_be_one_field_with_the_rest_in_query_and_headers() {
    let stage = Stage::new().await;
    let edit = stage.http.patch(stage.url("/v1/books/b1?update_mask=bookTitle,page_count"));
    let edit = edit.header("idempotency-key", KEY).header("if-match", "\"e6\"").json(&json!({ "book_title": "새 책" }));
    let (status, told) = told(edit.send().await.unwrap()).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(
        stage.library.last().message,
        json!({ "bookId": "b1", "book": { "bookTitle": "새 책" }, "updateMask": "bookTitle,pageCount", "requestId": KEY, "etag": "e6" })
    );

    let (status, told) = self::told(
        stage
            .http
            .patch(stage.url("/v1/books/b1?book.page_count=1&book_id=b2"))
            .header("idempotency-key", KEY)
            .json(&json!({}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!((status, fields(&told)), (400, vec!["book.page_count", "book_id"]));
}

// GW-1, S42
#[tokio::test]
async fn a_write_needs_a_request_id_from_body_or_header() {
    let stage = Stage::new().await;
    let (status, told) = stage.post("/v1/books", json!({})).await;
    assert_eq!((status, told["code"].as_i64(), fields(&told)), (400, Some(3), vec!["Idempotency-Key"]));
    let violation = &detail(&told, "BadRequest")["fieldViolations"][0];
    assert!(violation["description"].as_str().unwrap().contains("UUID"));

    let by_header = stage.http.post(stage.url("/v1/books")).header("idempotency-key", KEY);
    let (status, _) = self::told(by_header.send().await.unwrap()).await;
    assert_eq!((status, stage.library.last().message), (200, json!({ "requestId": KEY })));

    let both = stage.http.post(stage.url("/v1/books")).header("idempotency-key", KEY);
    let (status, told) = self::told(both.json(&json!({ "request_id": "other" })).send().await.unwrap()).await;
    assert_eq!((status, fields(&told)), (400, vec!["Idempotency-Key"]));
}

// GW-1, S65
#[tokio::test]
async fn bodies_that_are_not_json_or_not_wanted_are_refused() {
    let stage = Stage::new().await;
    let send = |kind: &'static str, body: &'static str| {
        let request =
            stage.http.post(stage.url("/v1/books")).header("content-type", kind).header("idempotency-key", KEY);
        async move { told(request.body(body).send().await.unwrap()).await }
    };
    for wrong in ["{", "{\"book\":}", "\u{feff}{}", "{\"book\":{\"bookTitle\":\"\\ud800\"}}", "{} {}"] {
        let (status, told) = send("application/json", wrong).await;
        assert_eq!((status, reason(&told)), (400, "MALFORMED_JSON"), "{wrong}");
    }
    let deep: &'static str = Box::leak(format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)).into_boxed_str());
    assert_eq!(send("application/json", deep).await.0, 400);
    for wrong in ["[]", "\"x\"", "1", "null"] {
        assert_eq!(send("application/json", wrong).await.0, 400, "{wrong}");
    }
    let (status, told) = send("text/xml", "<a/>").await;
    assert_eq!((status, reason(&told)), (415, "WRONG_MEDIA_TYPE"));
    assert_eq!(send("application/merge-patch+json; charset=utf-8", "{}").await.0, 200);

    let with_body = stage.http.get(stage.url("/v1/books")).body("{}");
    let (status, told) = self::told(with_body.send().await.unwrap()).await;
    assert_eq!((status, reason(&told)), (400, "BODY_NOT_TAKEN"));
}
