//! GW-2: the OpenAPI document and its page say what is served.

use serde_json::{Value, json};

use crate::stage::Stage;

// GW-2
#[tokio::test]
async fn the_document_is_openapi_3_1_with_every_route_and_the_comments_of_proto() {
    let stage = Stage::new().await;
    let (status, document) = stage.get("/openapi.json").await;
    assert_eq!((status, document["openapi"].as_str()), (200, Some("3.1.0")));
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 9, "{:?}", paths.keys());
    assert!(!paths.contains_key("/v1/books:burn"), "only what is served");

    let get = &document["paths"]["/v1/shelves/{shelf.shelf_id}/books/{book_id}"]["get"];
    assert_eq!(get["summary"], "Gets a book");
    assert_eq!(
        get["description"],
        "Gets a book. It must be there.\n\nWho may: the company's super admin, its admins with `book.read`."
    );
    assert_eq!(get["security"], json!([{ "bearer": [] }]));
    let names = get["parameters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(names, ["shelf.shelf_id", "book_id", "shelf.floor"]);
    assert_eq!(document["paths"]["/v1/books"]["get"]["security"], json!([]));

    let lend = &document["paths"]["/v1/books/{book_id}:lend"]["post"];
    let body = &lend["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["additionalProperties"], false);
    assert_eq!(body["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["days", "requestId"]);
    assert!(
        lend["parameters"].as_array().unwrap().contains(&json!({ "$ref": "#/components/parameters/IdempotencyKey" }))
    );

    let book = &document["components"]["schemas"]["library.v1.Book"];
    assert_eq!(book["properties"]["bookTitle"], json!({ "type": "string", "description": "Its title." }));
    assert_eq!(book["properties"]["readCount"]["format"], "int64");
    let binding = &document["components"]["schemas"]["library.v1.Binding"];
    assert_eq!(binding["enum"], json!(["BINDING_UNSPECIFIED", "BINDING_HARD", "BINDING_SOFT"]));
    let media = |path: &str, verb: &str| {
        document["paths"][path][verb]["responses"]["200"]["content"].as_object().unwrap().keys().next().unwrap().clone()
    };
    assert_eq!(media("/v1/books/{book_id}:watch", "get"), "text/event-stream");
    assert_eq!(media("/v1/books/{book_id}/scan", "get"), "*/*");
    every_reference_leads_somewhere(&document, &document);
}

// GW-2
#[tokio::test]
async fn the_document_of_the_real_services_can_be_made() {
    let router = gateway::router(gateway::Upstreams::new(), gateway::Settings { embedded: true, ..Default::default() });
    let address = crate::stage::serve(router.unwrap()).await;
    let document: Value = reqwest::get(format!("http://{address}/openapi.json")).await.unwrap().json().await.unwrap();
    every_reference_leads_somewhere(&document, &document);
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            assert_ne!(operation["summary"], "", "{verb} {path} has no comment");
            assert!(
                !operation["description"].as_str().unwrap().contains("Who may: nobody"),
                "{verb} {path} lets nobody in"
            );
        }
    }
}

fn every_reference_leads_somewhere(document: &Value, at: &Value) {
    match at {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                assert!(
                    document.pointer(reference.trim_start_matches('#')).is_some_and(|v| !v.is_null()),
                    "{reference}"
                );
            }
            members.values().for_each(|value| every_reference_leads_somewhere(document, value));
        }
        Value::Array(items) => items.iter().for_each(|item| every_reference_leads_somewhere(document, item)),
        _ => {}
    }
}

// GW-2
#[tokio::test]
async fn the_page_shows_it_without_script_or_anything_from_elsewhere() {
    let stage = Stage::new().await;
    let response = stage.http.get(stage.url("/docs")).send().await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let page = response.text().await.unwrap();
    assert!(
        page.contains("/v1/books/{book_id}:lend") && page.contains("Lends a book") && page.contains("library.v1.Book")
    );
    for elsewhere in ["<script", "http://", "https://", "@import"] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
}
