//! The commands as a shell runs them, before a Dure that answers what the test wants (OP-9).
#![expect(clippy::unwrap_used, reason = "helpers of a test fail by panicking")]

use std::{
    net::SocketAddr,
    process::Output,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, extract::State};
use contract::Dynamic;
use http::{Request, Response};
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Status, server::Grpc, service::Routes, transport::Server};
use tonic_types::{ErrorDetails, StatusExt as _};
use tower::service_fn;

/// The RPC, its message, the token.
type Asked = (String, Value, Option<String>);
type Answers = fn(rpc: &str, asked: &Value) -> Result<Value, Status>;

/// A Dure whose every RPC answers what `answers` says, and what it was asked.
#[derive(Clone)]
struct Dure {
    answers: Answers,
    asked: Arc<Mutex<Vec<Asked>>>,
    address: SocketAddr,
    home: Arc<tempfile::TempDir>,
}

impl Dure {
    async fn that(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let dure = Self { answers, asked: Arc::default(), address, home: Arc::new(tempfile::tempdir().unwrap()) };
        let routes = Routes::from(Router::new().fallback(answer).with_state(dure.clone()));
        tokio::spawn(Server::builder().add_routes(routes).serve_with_incoming(TcpListenerStream::new(listener)));
        dure
    }

    async fn ctl(&self, arguments: &[&str]) -> Output {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_durectl"));
        command.env_remove("DURE_TOKEN").env("DURE_URL", format!("http://{}", self.address));
        command.env("DURE_SESSION", self.home.path().join("session.json")).env("DURE_PASSWORD", "a long pass phrase");
        command.args(arguments).output().await.unwrap()
    }

    fn last(&self) -> Asked {
        self.asked.lock().unwrap().last().cloned().unwrap()
    }
}

async fn answer(State(dure): State<Dure>, request: Request<Body>) -> Response<tonic::body::Body> {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let token = request.headers().get("authorization").map(|token| token.to_str().unwrap().to_owned());
    let rpc =
        contract::methods().find(|rpc| format!("{}/{}", rpc.parent_service().full_name(), rpc.name()) == path).unwrap();
    let output = rpc.output();
    let reply = service_fn(move |request: tonic::Request<DynamicMessage>| {
        let asked = serde_json::to_value(request.get_ref()).unwrap();
        dure.asked.lock().unwrap().push((path.clone(), asked.clone(), token.clone()));
        let replied = (dure.answers)(path.rsplit('/').next().unwrap(), &asked);
        let output = output.clone();
        async move { replied.map(|json| tonic::Response::new(DynamicMessage::deserialize(output, json).unwrap())) }
    });
    Grpc::new(Dynamic::server(&rpc)).unary(reply, request.map(tonic::body::Body::new)).await
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

// OP-9, VO-19, ID-29
#[tokio::test]
async fn proofs_end_in_exit_codes() {
    let sound = Dure::that(|rpc, _| {
        Ok(match rpc {
            "VerifyLedger" => {
                json!({ "lots": 3, "holds": true, "faceValue": { "currencyCode": "KRW", "units": "20000000" } })
            }
            _ => json!({ "entries": 12, "intact": true }),
        })
    })
    .await;
    let ledger = sound.ctl(&["ledger", "verify", "--token", "t"]).await;
    assert_eq!((code(&ledger), sound.last().2.as_deref()), (0, Some("Bearer t")));
    assert!(out(&ledger).contains("20,000,000 KRW"), "{}", out(&ledger));
    let audit = sound.ctl(&["audit", "verify", "--json"]).await;
    assert_eq!(
        (code(&audit), serde_json::from_str::<Value>(&out(&audit)).unwrap()["entries"].clone()),
        (0, json!("12"))
    );

    let broken = Dure::that(|_, _| Ok(json!({}))).await;
    assert_eq!(code(&broken.ctl(&["ledger", "verify"]).await), 3);
    let audit = broken.ctl(&["audit", "verify"]).await;
    assert_eq!((code(&audit), err(&audit).trim()), (3, "The audit trail is broken."));
}

// OP-9
#[tokio::test]
async fn a_login_is_kept_renewed_and_forgotten() {
    let dure = Dure::that(|rpc, asked| {
        Ok(match rpc {
            "Login" => {
                json!({ "accessToken": "first", "refreshToken": "r1", "accessExpireTime": "2026-01-01T00:00:00Z" })
            }
            "RefreshSession" => {
                assert_eq!(asked["refreshToken"], "r1");
                json!({ "accessToken": "second", "refreshToken": "r2", "accessExpireTime": "2126-01-01T00:00:00Z" })
            }
            _ => json!({}),
        })
    })
    .await;
    let login = dure.ctl(&["login", "--login-id", "operator1"]).await;
    assert_eq!((code(&login), out(&login).trim()), (0, "signed in as operator1"), "{}", err(&login));
    let (_, asked, _) = dure.last();
    assert_eq!(
        (asked["loginId"].as_str(), asked["password"].as_str()),
        (Some("operator1"), Some("a long pass phrase"))
    );

    for _ in 0..2 {
        assert_eq!(code(&dure.ctl(&["review", "list"]).await), 0);
        assert_eq!(dure.last().2.as_deref(), Some("Bearer second"), "renewed once, then kept");
    }
    let printed = dure.ctl(&["login", "--login-id", "operator1", "--print"]).await;
    assert_eq!(out(&printed).trim(), "first");
    assert_eq!(code(&dure.ctl(&["logout"]).await), 0);
    dure.ctl(&["review", "list"]).await;
    assert_eq!(dure.last().2, None);
}

// OP-9
#[tokio::test]
async fn commands_ask_what_they_say() {
    let dure = Dure::that(|rpc, _| {
        Ok(match rpc {
            "ListCompaniesForReview" => {
                json!({ "companies": [{ "company": { "companyId": "com_1", "legalName": "두레상사" } }] })
            }
            "ListDeposits" => json!({ "deposits": [{ "depositId": "dep_1" }], "nextPageToken": "next" }),
            _ => json!({}),
        })
    })
    .await;
    let asked = async |arguments: &[&str]| {
        let output = dure.ctl(arguments).await;
        assert_eq!(code(&output), 0, "{arguments:?}: {}", err(&output));
        let (rpc, mut message, _) = dure.last();
        message.as_object_mut().unwrap().remove("requestId");
        (rpc.rsplit('/').next().unwrap().to_owned(), message, out(&output))
    };
    let (rpc, message, shown) = asked(&["review", "list"]).await;
    assert_eq!((rpc.as_str(), message), ("ListCompaniesForReview", json!({ "pageSize": 50 })));
    assert!(shown.contains("com_1    두레상사"), "{shown}");
    let (rpc, message, _) = asked(&["review", "approve", "com_1", "--head-count", "120"]).await;
    assert_eq!((rpc.as_str(), message), ("ApproveCompany", json!({ "companyId": "com_1", "headCount": "120" })));
    let (rpc, message, _) = asked(&["review", "reject", "com_1", "--reason", "no certificate"]).await;
    assert_eq!((rpc.as_str(), message), ("RejectCompany", json!({ "companyId": "com_1", "reason": "no certificate" })));

    let (_, message, shown) = asked(&["deposits", "list", "--state", "return-due"]).await;
    assert_eq!(message, json!({ "pageSize": 50, "state": "DEPOSIT_STATE_RETURN_DUE" }));
    assert!(shown.contains("--page-token next"));
    let won = |units: &str| json!({ "currencyCode": "KRW", "units": units });
    let (rpc, message, _) = asked(&["deposits", "confirm", "ord_1", "583,000", "--depositor", "두레상사"]).await;
    assert_eq!(
        (rpc.as_str(), message),
        ("ConfirmDeposit", json!({ "orderId": "ord_1", "amount": won("583000"), "depositor": "두레상사" }))
    );
    let (rpc, message, _) = asked(&["deposits", "confirm", "pur_1", "19500000"]).await;
    assert_eq!((rpc.as_str(), message), ("RecordDeposit", json!({ "reference": "pur_1", "amount": won("19500000") })));
    let (rpc, message, _) = asked(&["deposits", "resolve", "dep_1", "return"]).await;
    assert_eq!(
        (rpc.as_str(), message),
        ("ResolveDeposit", json!({ "depositId": "dep_1", "decision": "DEPOSIT_DECISION_RETURN" }))
    );

    let (rpc, message, _) =
        asked(&["policy", "set", "com_1", "--limit", "20,000,000", "--rate-basis-points", "500"]).await;
    assert_eq!(
        (rpc.as_str(), message),
        (
            "SetPurchasePolicy",
            json!({ "companyId": "com_1", "purchaseLimit": won("20000000"), "discountRateBasisPoints": 500 })
        )
    );
    let (rpc, message, _) = asked(&["clock", "advance", "5d"]).await;
    assert_eq!((rpc.as_str(), message), ("AdvanceClock", json!({ "seconds": "432000" })));
}

// OP-9
#[tokio::test]
async fn any_rpc_can_be_called_and_a_write_gets_a_request_id() {
    let dure = Dure::that(|_, _| Ok(json!({ "orderId": "ord_1" }))).await;
    let output = dure.ctl(&["call", "OrderService/CancelOrder", r#"{"orderId": "ord_1"}"#]).await;
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert_eq!(serde_json::from_str::<Value>(&out(&output)).unwrap()["orderId"], "ord_1");
    assert_eq!(dure.last().1["requestId"].as_str().unwrap().len(), 36);
    let id = "0192d3c4-0000-7000-8000-000000000001";
    dure.ctl(&["call", "OrderService/CancelOrder", "{}", "--request-id", id]).await;
    assert_eq!(dure.last().1["requestId"], id);
    let rpcs = dure.ctl(&["rpcs"]).await;
    assert!(out(&rpcs).contains("dure.billing.v1.OrderService/CancelOrder\n"));
}

// OP-9
#[tokio::test]
async fn noes_are_told_with_reason_and_fields_under_their_exit_code() {
    let refusing = Dure::that(|_, _| {
        let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", "dure", std::collections::HashMap::new());
        details.add_bad_request_violation("head_count", "at least 1");
        Err(Status::with_error_details(Code::InvalidArgument, "Some fields are not right.", details))
    })
    .await;
    let no = refusing.ctl(&["review", "approve", "com_1", "--head-count", "0"]).await;
    assert_eq!(
        (code(&no), err(&no).as_str()),
        (1, "INVALID_FIELDS: Some fields are not right.\n  head_count: at least 1\n")
    );

    let broken = Dure::that(|_, _| Err(Status::internal("Something went wrong. Tell support this number: 7."))).await;
    assert_eq!(code(&broken.ctl(&["clock", "show"]).await), 4);
    for wrong in [
        &["clock", "advance", "soon"][..],
        &["call", "OrderService/Nothing"],
        &["call", "OrderService/GetOrder", "{"],
        &["call", "OrderService/GetOrder", r#"{"shoe": 1}"#],
        &["call", "DocumentService/UploadDocument"],
    ] {
        assert_eq!(code(&broken.ctl(wrong).await), 2, "{wrong:?}");
    }
    let nobody = broken.ctl(&["clock", "show", "--url", "http://127.0.0.1:9"]).await;
    assert_eq!((code(&nobody), err(&nobody).trim()), (4, "nothing answers at http://127.0.0.1:9; is Dure running?"));
}
