//! Through a carrier (NO-2): signed bulk calls, retries with back-off, delivery reports by webhook.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use contract::notification::v1::{self as pb, MessageState, Priority, delivery_service_client::DeliveryServiceClient};
use notification::{Notification, Settings, delivery::CarrierKey, settings::TextRoad};
use sha2::{Digest, Sha256};
use testkit::{Trial, callers, on_both_with};
use uuid::Uuid;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::path};

use crate::{ask_for, asked, code, phone, reports};

const SECRET: &str = "shared with the carrier";

/// A carrier that checks signatures, is down for the first calls, and takes every number but those that end in 0.
struct Fake {
    down: usize,
    calls: AtomicUsize,
}

impl Respond for Fake {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
        let digest = hex::encode(Sha256::digest(&request.body));
        let signed =
            CarrierKey::new(SECRET).signed(&[&header("x-timestamp"), "/v1/messages", &digest], &header("x-signature"));
        assert!(signed && header("x-key") == "dure");
        if self.calls.fetch_add(1, Ordering::SeqCst) < self.down {
            return ResponseTemplate::new(503);
        }
        let call: serde_json::Value = request.body_json().unwrap();
        let results: Vec<_> = call["messages"].as_array().unwrap().iter().map(verdict).collect();
        ResponseTemplate::new(200).set_body_json(serde_json::json!({ "results": results }))
    }
}

fn verdict(text: &serde_json::Value) -> serde_json::Value {
    let code = if text["to"].as_str().unwrap().ends_with('0') { "NO_SUCH_NUMBER" } else { "0" };
    serde_json::json!({ "id": text["id"], "code": code })
}

async fn carrier(down: usize) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/v1/messages")).respond_with(Fake { down, calls: AtomicUsize::new(0) }).mount(&server).await;
    server
}

fn through(server: &MockServer) -> impl Fn(&mut Settings) {
    let url = server.uri();
    move |settings| {
        settings.text = TextRoad::Carrier;
        settings.carrier.url = url.clone();
        settings.carrier.key = "dure".into();
        settings.carrier.secret = SECRET.to_owned().into();
        settings.carrier.from = "0100000000".into();
    }
}

fn signed(t: &Trial, deliveries: Vec<pb::Delivery>) -> pb::ReportDeliveriesRequest {
    let send_time = contract::timestamp(t.clock.now());
    let mut lines = vec![t.clock.now().timestamp().to_string()];
    lines.extend(deliveries.iter().map(|d| format!("{}:{}", d.message_id, d.code)));
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let signature = CarrierKey::new(SECRET).sign(&lines);
    pb::ReportDeliveriesRequest { request_id: Uuid::now_v7().to_string(), send_time, deliveries, signature }
}

// NO-1, NO-2
#[tokio::test]
async fn a_carrier_takes_texts_in_bulk_and_reports_later() {
    let server = Arc::new(carrier(0).await);
    on_both_with::<Notification, _>(through(&server), |t| {
        let server = server.clone();
        async move {
            server.reset().await;
            Mock::given(path("/v1/messages"))
                .respond_with(Fake { down: 0, calls: AtomicUsize::new(0) })
                .mount(&server)
                .await;
            let gift = |n| asked(&t, "gift-notice", Priority::Bulk, phone(n), &[("text", "선물")]);
            let asked: Vec<_> = (1..=50).map(gift).collect();
            ask_for(&t, asked.clone()).await;
            let told = reports(&t, 50).await;
            let refused: Vec<_> = told.iter().filter(|r| r.state() == MessageState::Failed).collect();
            assert_eq!(refused.len(), 5);
            assert!(refused.iter().all(|r| r.reason == "REFUSED(NO_SUCH_NUMBER)"), "{refused:?}");
            assert_eq!(server.received_requests().await.unwrap().len(), 1, "one call for all");

            let mut carrier = DeliveryServiceClient::new(t.channel(&callers::anyone()));
            let delivery =
                |n: usize, code: &str| pb::Delivery { message_id: asked[n].message_id.clone(), code: code.into() };
            let report = signed(&t, vec![delivery(0, "0"), delivery(1, "PHONE_OFF"), delivery(9, "0")]);
            let changed = carrier.report_deliveries(report.clone()).await.unwrap().into_inner().changed_count;
            assert_eq!(changed, 2, "the refused one stays refused");
            let again = signed(&t, vec![delivery(0, "PHONE_OFF")]);
            assert_eq!(carrier.report_deliveries(again).await.unwrap().into_inner().changed_count, 0);
            let told = reports(&t, 52).await;
            assert_eq!(
                told[50..].iter().map(pb::MessageReport::state).collect::<Vec<_>>(),
                [MessageState::Delivered, MessageState::Failed]
            );

            let mut forged = report;
            forged.deliveries[1].code = "0".into();
            let no = carrier.report_deliveries(forged).await.unwrap_err();
            assert_eq!(no.code(), tonic::Code::Unauthenticated);
        }
    })
    .await;
}

// NO-1
#[tokio::test]
async fn a_carrier_that_is_down_is_tried_again() {
    let server = carrier(3).await;
    on_both_with::<Notification, _>(through(&server), |t| async move {
        ask_for(&t, vec![code(&t, phone(1))]).await;
        let told = reports(&t, 1).await;
        assert_eq!(told[0].state(), MessageState::Accepted);
    })
    .await;
}
