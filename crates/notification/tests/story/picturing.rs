//! Pictures (NO-1): offered once, carried by every message that names them, forgotten later.

use std::sync::Arc;

use contract::{
    ask::{self, To},
    notification::v1::{
        self as pb, Channel, MessageState, PictureOffered, Priority, mailbox_service_client::MailboxServiceClient,
    },
};
use flow::Taken;
use notification::{Notification, Settings, settings::TextRoad};
use sha2::{Digest as _, Sha256};
use testkit::{Trial, callers, on_both, on_both_with};
use uuid::Uuid;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::path};
use words::Phone;

use crate::{ask_for, reports};

/// What a picture is to this service: bytes and their digest.
const BYTES: &[u8] = b"\xff\xd8 a picture \xff\xd9";

fn digest() -> String {
    hex::encode(Sha256::digest(BYTES))
}

fn offer(t: &Trial) -> PictureOffered {
    ask::picture(t.running.flow.sealer(), &digest(), BYTES)
}

fn mms(t: &Trial, number: u32) -> pb::MessageRequest {
    let phone = Phone::parse(&format!("0100{number:07}")).unwrap();
    let to = To::Text { phone, channel: Channel::Mms, picture: Some(digest()) };
    let words = [("subject", "감사합니다".to_owned()), ("text", "선물입니다".to_owned())];
    ask::message(t.running.flow.sealer(), Uuid::now_v7(), "gift", Priority::Bulk, "", "", to, words, vec![])
}

async fn arrived(t: &Trial, message: &pb::MessageRequest) -> pb::MailboxMessage {
    let request = pb::GetMailboxMessageRequest { message_id: message.message_id.clone() };
    MailboxServiceClient::new(t.channel(&callers::anyone())).get_mailbox_message(request).await.unwrap().into_inner()
}

// NO-1, NO-4, VO-6
#[tokio::test]
async fn an_mms_arrives_with_the_picture_that_was_offered_before() {
    on_both::<Notification, _>(|t| async move {
        t.hear("asker", offer(&t)).await;
        let asked: Vec<_> = (1..=3).map(|n| mms(&t, n)).collect();
        ask_for(&t, asked.clone()).await;
        assert!(reports(&t, 3).await.iter().all(|report| report.state() == MessageState::Delivered));
        let whole = arrived(&t, &asked[2]).await;
        assert_eq!(
            (whole.channel(), whole.subject.as_str(), whole.picture.as_str()),
            (Channel::Mms, "감사합니다", &*digest())
        );
        assert_eq!(
            (whole.attachments[0].content_type.as_str(), whole.attachments[0].data.as_slice()),
            ("image/jpeg", BYTES)
        );

        // Offered again it stays, however long ago it was first; then nobody asks for it any more.
        t.clock.advance(chrono::Duration::days(29));
        t.hear("asker", offer(&t)).await;
        t.clock.advance(chrono::Duration::days(29));
        ask_for(&t, vec![mms(&t, 4)]).await;
        assert_eq!(reports(&t, 4).await[3].state(), MessageState::Delivered);
        t.until("the picture is forgotten", || async {
            t.clock.advance(chrono::Duration::days(1));
            arrived(&t, &asked[2]).await.attachments.is_empty().then_some(())
        })
        .await;
    })
    .await;
}

// NO-1
#[tokio::test]
async fn an_mms_waits_for_a_picture_that_comes_late() {
    on_both::<Notification, _>(|t| async move {
        let asked = mms(&t, 1);
        ask_for(&t, vec![asked.clone()]).await;
        let waits = t.running.flow.clone();
        t.until("a first try", || async {
            t.clock.advance(chrono::Duration::seconds(1));
            let found = notification::message::table::find(waits.db().read(), asked.message_id.parse().unwrap()).await;
            found.unwrap().filter(|message| message.reason == "PICTURE_MISSING")
        })
        .await;
        let forged =
            PictureOffered { sealed: ask::picture(t.running.flow.sealer(), "", b"another").sealed, ..offer(&t) };
        let taken = t.bus.hand(&t.event("asker", forged)).await;
        assert!(matches!(taken, Taken::Failed(_)), "not what its digest says: {taken:?}");
        t.hear("asker", offer(&t)).await;
        assert_eq!(reports(&t, 1).await[0].state(), MessageState::Delivered);
        assert_eq!(arrived(&t, &asked).await.attachments[0].data, BYTES);
    })
    .await;
}

/// A carrier that takes everything.
struct Taker;

impl Respond for Taker {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let call: serde_json::Value = request.body_json().unwrap();
        let taken = |text: &serde_json::Value| serde_json::json!({ "id": text["id"], "code": "0" });
        let results: Vec<_> = call["messages"].as_array().unwrap().iter().map(taken).collect();
        ResponseTemplate::new(200).set_body_json(serde_json::json!({ "results": results }))
    }
}

// NO-2
#[tokio::test]
async fn a_carrier_gets_a_picture_once_a_call_however_many_carry_it() {
    let server = Arc::new(MockServer::start().await);
    let url = server.uri();
    let through = move |settings: &mut Settings| {
        settings.text = TextRoad::Carrier;
        settings.carrier.url = url.clone();
        settings.carrier.secret = "shared with the carrier".to_owned().into();
    };
    on_both_with::<Notification, _>(through, |t| {
        let server = server.clone();
        async move {
            server.reset().await;
            Mock::given(path("/v1/messages")).respond_with(Taker).mount(&server).await;
            t.hear("asker", offer(&t)).await;
            ask_for(&t, (1..=40).map(|n| mms(&t, n)).collect()).await;
            reports(&t, 40).await;
            let calls = server.received_requests().await.unwrap();
            let call: serde_json::Value = calls[0].body_json().unwrap();
            assert_eq!(call["pictures"].as_object().unwrap().len(), 1);
            let messages = call["messages"].as_array().unwrap();
            assert!(messages.iter().all(|m| m["type"] == "MMS" && m["picture"] == digest().as_str()), "{call}");
            assert!(calls.iter().map(|call| call.body.len()).sum::<usize>() < 40 * 1_000, "not once a message");
        }
    })
    .await;
}
