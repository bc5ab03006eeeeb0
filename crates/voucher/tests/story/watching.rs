//! How far a send's messages got, kept as counters, and the alarm when they are late (VO-8).

use contract::{
    notification::v1::{MessageReport, MessageState, MessagesReported},
    voucher::v1::{self as pb, late_send_service_client::LateSendServiceClient},
};
use testkit::callers;
use tonic::Code;
use voucher::late_send::judge::JudgeSends;

use crate::desk::{Desk, story};

async fn gifts(desk: &Desk<'_>, send: &pb::Send) -> Vec<pb::Gift> {
    let ask = pb::ListGiftsRequest { send_id: send.send_id.clone(), page_size: 1_000, ..Default::default() };
    desk.gifts().list_gifts(ask).await.unwrap().into_inner().gifts
}

async fn progress(desk: &Desk<'_>, send: &pb::Send) -> pb::SendProgress {
    let ask = pb::GetSendProgressRequest { send_id: send.send_id.clone() };
    desk.sends().get_send_progress(ask).await.unwrap().into_inner()
}

async fn report(desk: &Desk<'_>, reports: &[(&pb::Gift, MessageState)]) {
    let reports = reports.iter().map(|(gift, state)| MessageReport {
        reference: gift.gift_id.clone(),
        state: (*state).into(),
        ..Default::default()
    });
    desk.t.hear("messages", MessagesReported { reports: reports.collect() }).await;
}

#[tokio::test]
async fn progress_counts_each_message_once_however_it_is_reported() {
    // VO-8
    story(|t| async move {
        use MessageState::{Accepted, Delivered, Failed};
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let people = [("가", "01000001001", 10_000), ("나", "01000001002", 10_000), ("다", "01000001003", 10_000)];
        let (send, _) = desk.sent(&lot, &people).await;
        let (other, _) = desk.sent(&lot, &people[..1]).await;
        let (ours, theirs) = (gifts(&desk, &send).await, gifts(&desk, &other).await);
        let counts = async |send| {
            let at = progress(&desk, send).await;
            (at.issued, at.handed_over, at.delivered, at.failed)
        };
        assert_eq!(counts(&send).await, (3, 0, 0, 0));
        report(&desk, &[(&ours[0], Accepted), (&theirs[0], Accepted)]).await;
        assert_eq!(counts(&send).await, (3, 1, 0, 0));
        report(&desk, &[(&ours[0], Accepted), (&ours[1], Delivered), (&ours[0], Delivered)]).await;
        assert_eq!(counts(&send).await, (3, 2, 2, 0), "delivered is handed over");
        report(&desk, &[(&ours[1], Accepted), (&ours[1], Failed), (&ours[2], Failed)]).await;
        assert_eq!(counts(&send).await, (3, 3, 2, 1), "never backwards, an end stays");
        assert_eq!(counts(&other).await, (1, 1, 0, 0), "each send by itself");
        let rows = gifts(&desk, &send).await;
        let ended = |state: pb::GiftMessageState| rows.iter().filter(|gift| gift.message_state() == state).count();
        assert_eq!((ended(pb::GiftMessageState::Delivered), ended(pb::GiftMessageState::Failed)), (2, 1));
    })
    .await;
}

#[tokio::test]
async fn a_send_not_handed_over_within_ten_minutes_raises_one_alarm() {
    // VO-8
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let people = [("가", "01000001001", 10_000), ("나", "01000001002", 10_000)];
        let (late, _) = desk.sent(&lot, &people).await;
        let (punctual, _) = desk.sent(&lot, &people).await;
        let all = gifts(&desk, &punctual).await;
        report(&desk, &[(&all[0], MessageState::Accepted), (&all[1], MessageState::Failed)]).await;
        report(&desk, &[(&gifts(&desk, &late).await[0], MessageState::Accepted)]).await;
        let later = async |minutes: i64| {
            t.clock.advance(chrono::Duration::minutes(minutes));
            t.running.flow.run_own(JudgeSends).await.unwrap();
        };
        later(9).await;
        assert!(!progress(&desk, &late).await.late, "its time is not over");
        later(2).await;
        assert!(progress(&desk, &late).await.late && !progress(&desk, &punctual).await.late);
        let mut operator = LateSendServiceClient::new(t.channel(&callers::operator(&["support"])));
        let list = operator.list_late_sends(pb::ListLateSendsRequest::default()).await.unwrap().into_inner();
        let found: Vec<_> =
            list.late_sends.iter().map(|send| (&send.send_id, send.recipients, send.handed_over)).collect();
        assert_eq!(found, [(&late.send_id, 2, 1)]);
        assert_eq!(list.late_sends[0].company_id, desk.company.to_string());

        report(&desk, &[(&gifts(&desk, &late).await[1], MessageState::Accepted)]).await;
        later(60).await;
        let told = desk.noticed("send-late", 1).await;
        assert_eq!((told.len(), told[0].1["handed_over"].as_str()), (1, "1"), "one alarm a send");
        let list = operator.list_late_sends(pb::ListLateSendsRequest::default()).await.unwrap().into_inner();
        assert_eq!(
            (list.late_sends.len(), list.late_sends[0].handed_over),
            (1, 2),
            "it stays in the list, with what came of it"
        );
        let mut admin = LateSendServiceClient::new(t.channel(&desk.admin));
        let no = admin.list_late_sends(pb::ListLateSendsRequest::default()).await.unwrap_err();
        assert_eq!(no.code(), Code::PermissionDenied);
    })
    .await;
}
