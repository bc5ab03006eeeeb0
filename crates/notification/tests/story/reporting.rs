//! What the carrier and the mail provider tell us later (NO-1, NO-2): believed for a signature of now, once (S44).

use contract::notification::v1::{
    self as pb, MessageState, MessagesReported, Priority, bounce_service_client::BounceServiceClient,
    delivery_service_client::DeliveryServiceClient,
};
use notification::Notification;
use testkit::{Trial, callers, on_both_with};
use tonic::Code;
use uuid::Uuid;

use crate::{
    ask_for, asked,
    carrying::gift,
    email, reports,
    smtp_server::{self, MailServer},
    stand_in::{Act, SECRET, StandIn, hmac},
};

fn signed(secret: &str, sent: i64, told: &[(&str, &str)]) -> String {
    let mut lines = vec![sent.to_string()];
    lines.extend(told.iter().map(|(id, code)| format!("{id}:{code}")));
    hmac(secret, &lines.join("\n"))
}

fn report(sent: i64, told: &[(&str, &str)]) -> pb::ReportDeliveriesRequest {
    let delivery = |(id, code): &(&str, &str)| pb::Delivery { message_id: (*id).into(), code: (*code).into() };
    pb::ReportDeliveriesRequest {
        request_id: Uuid::now_v7().to_string(),
        send_time: Some(prost_types::Timestamp { seconds: sent, nanos: 0 }),
        deliveries: told.iter().map(delivery).collect(),
        signature: signed(SECRET, sent, told),
    }
}

async fn say(t: &Trial, request: pb::ReportDeliveriesRequest) -> Result<i32, Code> {
    let mut carrier = DeliveryServiceClient::new(t.channel(&callers::anyone()));
    carrier.report_deliveries(request).await.map(|reply| reply.into_inner().changed_count).map_err(|no| no.code())
}

async fn states(t: &Trial, id: &str) -> Vec<(MessageState, String)> {
    let told = t.bus.told::<MessagesReported>().await;
    let of = told.into_iter().flat_map(|fact| fact.reports).filter(|report| report.message_id == id);
    of.map(|report| (report.state(), report.reason)).collect()
}

// NO-1, S44
#[tokio::test]
async fn a_signed_report_counts_once_and_only_now() {
    let carrier = StandIn::start(|_, _| Act::Answer).await;
    on_both_with::<Notification, _>(carrier.settings(), |t| async move {
        let messages: Vec<_> = [1, 2, 3, 10].into_iter().map(|n| gift(&t, n)).collect();
        let id = |n: usize| messages[n].message_id.as_str();
        ask_for(&t, messages.clone()).await;
        reports(&t, 4).await;
        let now = t.clock.now().timestamp();

        let good = report(now, &[(id(0), "0"), (id(1), "PHONE_OFF"), (id(3), "0")]);
        assert_eq!(say(&t, good.clone()).await, Ok(2), "what was refused stays refused");
        assert_eq!(say(&t, good.clone()).await, Ok(2), "the same request: the same answer, no new effect");
        let mut replayed = good.clone();
        replayed.request_id = Uuid::now_v7().to_string();
        assert_eq!(say(&t, replayed).await, Ok(0), "a replay is harmless");
        assert_eq!(say(&t, report(now, &[(id(0), "PHONE_OFF")])).await, Ok(0), "what is settled stays");
        assert_eq!(say(&t, report(now, &[(&Uuid::now_v7().to_string(), "0")])).await, Ok(0), "whoever that is");

        let wrong = Err(Code::Unauthenticated);
        assert_eq!(say(&t, report(now - 301, &[(id(2), "0")])).await, wrong, "too old");
        assert_eq!(say(&t, report(now + 302, &[(id(2), "0")])).await, wrong, "of the future");
        let mut forged = report(now, &[(id(2), "PHONE_OFF")]);
        forged.deliveries[0].code = "0".into();
        assert_eq!(say(&t, forged).await, wrong);
        let mut glued = report(now, &[(id(2), "0"), (id(0), "0")]);
        glued.deliveries = vec![pb::Delivery { message_id: id(2).into(), code: format!("0\n{}:0", id(0)) }];
        assert_eq!(say(&t, glued).await, wrong, "the same bytes signed, read otherwise");
        let mut unsigned = report(now, &[(id(2), "0")]);
        unsigned.signature = String::new();
        assert_eq!(say(&t, unsigned).await, wrong);

        let many: Vec<_> = (0..1_001).map(|_| (id(2), "0")).collect();
        assert_eq!(say(&t, report(now, &many)).await, Err(Code::InvalidArgument), "too much at once");
        assert_eq!(say(&t, report(now, &[("7", "0")])).await, Err(Code::InvalidArgument));

        let telling = report(now, &[(id(2), "01000000003")]);
        assert_eq!(say(&t, telling).await, Ok(1));
        let until = || async { (states(&t, id(2)).await.len() == 2).then_some(()) };
        t.until("the last report", until).await;
        assert_eq!(states(&t, id(0)).await[1..], [(MessageState::Delivered, String::new())]);
        assert_eq!(states(&t, id(1)).await[1..], [(MessageState::Failed, "REFUSED(PHONE_OFF)".into())]);
        assert_eq!(states(&t, id(2)).await[1..], [(MessageState::Failed, "REFUSED(UNCLEAR)".into())], "no number kept");
    })
    .await;
}

// NO-1: the answer to the hand-over was lost, the report was not
#[tokio::test]
async fn a_report_on_a_text_whose_answer_was_lost_settles_it() {
    let carrier = StandIn::start(|_, _| Act::Cut).await;
    on_both_with::<Notification, _>(carrier.settings(), |t| {
        let carrier = carrier.clone();
        async move {
            let before = carrier.look(|seen| seen.calls.len());
            let message = gift(&t, 1);
            ask_for(&t, vec![message.clone()]).await;
            let called = || async {
                t.clock.advance(chrono::Duration::milliseconds(500));
                carrier.look(|seen| seen.calls.len() > before).then_some(())
            };
            t.until("the call", called).await;
            let reported = report(t.clock.now().timestamp(), &[(&message.message_id, "0")]);
            assert_eq!(say(&t, reported).await, Ok(1));
            let settled = || async { (!states(&t, &message.message_id).await.is_empty()).then_some(()) };
            t.until("the report", settled).await;
            let calls = carrier.look(|seen| seen.calls.len());
            for _ in 0..10 {
                t.clock.advance(chrono::Duration::seconds(60));
                tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            }
            assert_eq!(carrier.look(|seen| seen.calls.len()), calls, "it is not tried again");
            assert_eq!(states(&t, &message.message_id).await, [(MessageState::Delivered, String::new())]);
        }
    })
    .await;
}

// NO-1, S44
#[tokio::test]
async fn a_bounced_mail_has_failed_and_only_the_mail_provider_says_so() {
    let (carrier, server) = (StandIn::start(|_, _| Act::Answer).await, MailServer::start(smtp_server::Tls::None).await);
    let (by_text, by_mail) = (carrier.settings(), server.settings());
    let through = move |settings: &mut notification::Settings| {
        by_text(settings);
        by_mail(settings);
        settings.smtp.bounce_secret = "of the mails".to_owned().into();
    };
    on_both_with::<Notification, _>(through, |t| async move {
        let variables = [("name", "김민수"), ("login_id", "min***")];
        let mail = || asked(&t, "welcome", Priority::Normal, email(), &variables);
        let (bounced, late, fine, text) = (mail(), mail(), mail(), gift(&t, 1));
        ask_for(&t, vec![bounced.clone(), late.clone(), fine.clone(), text.clone()]).await;
        reports(&t, 4).await;

        let now = t.clock.now().timestamp();
        let whole = format!("<{}@dure.example>", bounced.message_id);
        let notices = [
            (whole.as_str(), "5.1.1"),
            (late.message_id.as_str(), "4.2.2"),
            (fine.message_id.as_str(), "2.0.0"),
            (text.message_id.as_str(), "5.1.1"),
        ];
        let request = |secret: &str| pb::ReportBouncesRequest {
            request_id: Uuid::now_v7().to_string(),
            send_time: Some(prost_types::Timestamp { seconds: now, nanos: 0 }),
            bounces: notices.map(|(id, status)| pb::Bounce { message_id: id.into(), status: status.into() }).into(),
            signature: signed(secret, now, &notices),
        };
        let mut provider = BounceServiceClient::new(t.channel(&callers::anyone()));
        assert_eq!(provider.report_bounces(request(SECRET)).await.unwrap_err().code(), Code::Unauthenticated);
        assert_eq!(provider.report_bounces(request("of the mails")).await.unwrap().into_inner().changed_count, 2);
        assert_eq!(provider.report_bounces(request("of the mails")).await.unwrap().into_inner().changed_count, 0);
        assert_eq!(say(&t, report(now, &[(&late.message_id, "0")])).await, Ok(0), "the carrier knows nothing of mails");
        let until = || async { (states(&t, &fine.message_id).await.len() == 2).then_some(()) };
        t.until("the notices", until).await;
        assert_eq!(states(&t, &bounced.message_id).await[1..], [(MessageState::Failed, "REFUSED(5.1.1)".into())]);
        assert_eq!(states(&t, &late.message_id).await.len(), 1);
        assert_eq!(states(&t, &text.message_id).await.len(), 1, "the provider knows nothing of texts");
    })
    .await;
}
