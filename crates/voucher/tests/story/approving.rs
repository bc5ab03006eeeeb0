//! Large sends need a second admin (VO-20).

use contract::{
    money,
    voucher::v1::{self as pb, policy_service_client::PolicyServiceClient, send_service_client::SendServiceClient},
};
use flow::Caller;
use testkit::callers;
use tonic::{Code, Status};
use words::{Day, Money};

use crate::desk::{Desk, Wire, id, reason, story, won};

fn policy(desk: &Desk<'_>) -> PolicyServiceClient<Wire> {
    PolicyServiceClient::new(desk.t.channel(&desk.admin))
}

async fn limit(desk: &Desk<'_>, won: Option<i64>) -> pb::SendPolicy {
    let approval_above = won.map(Money::from_won).and_then(money);
    let request = pb::SetSendPolicyRequest { request_id: id(), approval_above };
    policy(desk).set_send_policy(request).await.unwrap().into_inner()
}

async fn approve(desk: &Desk<'_>, by: &Caller, send: &pb::Send) -> Result<pb::Send, Status> {
    let request = pb::ApproveSendRequest { request_id: id(), send_id: send.send_id.clone(), etag: send.etag.clone() };
    Ok(SendServiceClient::new(desk.t.channel(by)).approve_send(request).await?.into_inner())
}

async fn reject(desk: &Desk<'_>, by: &Caller, send: &pb::Send) -> Result<pb::Send, Status> {
    let request = pb::RejectSendRequest {
        request_id: id(),
        send_id: send.send_id.clone(),
        reason: "금액을 확인해 주세요".into(),
    };
    Ok(SendServiceClient::new(desk.t.channel(by)).reject_send(request).await?.into_inner())
}

async fn confirmed(desk: &Desk<'_>, lot: &pb::Lot, amount: i64) -> pb::Send {
    let send = desk.create(lot).await;
    desk.add(&send, &[("가", "01000001001", amount)]).await;
    desk.confirm(&send).await.unwrap()
}

#[tokio::test]
async fn a_send_above_the_limit_waits_for_a_second_admin_with_its_total_reserved() {
    // VO-20, S41
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        let found = policy(&desk).get_send_policy(pb::GetSendPolicyRequest {}).await.unwrap().into_inner();
        assert_eq!(found.approval_above, None, "none unless the company sets one");
        assert_eq!(won(&limit(&desk, Some(10_000)).await.approval_above), 10_000);
        assert_eq!(confirmed(&desk, &lot, 10_000).await.state(), pb::SendState::Sending, "at the limit, not above");

        let send = confirmed(&desk, &lot, 20_000).await;
        assert_eq!(send.state(), pb::SendState::AwaitingApproval);
        t.clock.advance(chrono::Duration::seconds(2));
        t.until("the small one went out", || async {
            (desk.buckets(&lot).await == [970_000, 20_000, 10_000, 0, 0, 0]).then_some(())
        })
        .await;
        assert_eq!(desk.get(&send).await.state(), pb::SendState::AwaitingApproval, "it waits");
        assert!(desk.verify_ledger().await.holds);

        assert_eq!(reason(&approve(&desk, &desk.admin, &send).await.unwrap_err()), "SECOND_APPROVER_NEEDED");
        assert_eq!(reason(&reject(&desk, &desk.admin, &send).await.unwrap_err()), "SECOND_APPROVER_NEEDED");
        let without = callers::admin(desk.company, &["order.place"]);
        assert_eq!(approve(&desk, &without, &send).await.unwrap_err().code(), Code::PermissionDenied);
        let stranger = callers::super_admin(callers::company());
        assert_eq!(approve(&desk, &stranger, &send).await.unwrap_err().code(), Code::NotFound);
        let second = callers::admin(desk.company, &["voucher.send"]);
        let stale = pb::Send { etag: "1".into(), ..send.clone() };
        assert_eq!(reason(&approve(&desk, &second, &stale).await.unwrap_err()), "SEND_CHANGED");

        let approved = approve(&desk, &second, &send).await.unwrap();
        assert_eq!(approved.state(), pb::SendState::Sending);
        assert_eq!(approved.decider_account_id, second.account().unwrap().id.to_string());
        assert_eq!(reason(&approve(&desk, &second, &approved).await.unwrap_err()), "SEND_NOT_AWAITING");
        desk.dispatched(&send).await;
        assert_eq!(desk.buckets(&lot).await, [970_000, 0, 30_000, 0, 0, 0]);

        limit(&desk, None).await;
        assert_eq!(confirmed(&desk, &lot, 20_000).await.state(), pb::SendState::Sending);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn a_rejected_or_called_off_send_gives_its_reservation_back_once() {
    // VO-20, VO-9
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(1_000_000).await;
        limit(&desk, Some(0)).await;
        let second = callers::admin(desk.company, &["voucher.send"]);

        let send = confirmed(&desk, &lot, 20_000).await;
        let (one, other) = futures::future::join(reject(&desk, &second, &send), approve(&desk, &second, &send)).await;
        assert!(one.is_ok() != other.is_ok(), "one winner");
        if other.is_ok() {
            desk.dispatched(&send).await;
            desk.recall_all(&send).await.unwrap();
        }
        assert_eq!(desk.buckets(&lot).await, [1_000_000, 0, 0, 0, 0, 0]);

        let send = confirmed(&desk, &lot, 20_000).await;
        let rejected = reject(&desk, &second, &send).await.unwrap();
        assert_eq!(
            (rejected.state(), rejected.rejection_reason.as_str()),
            (pb::SendState::Cancelled, "금액을 확인해 주세요")
        );
        assert_eq!(reason(&approve(&desk, &second, &rejected).await.unwrap_err()), "SEND_NOT_AWAITING");

        let send = confirmed(&desk, &lot, 20_000).await;
        let cancel = pb::CancelSendRequest { request_id: id(), send_id: send.send_id.clone() };
        desk.sends().cancel_send(cancel).await.unwrap();
        assert_eq!(desk.buckets(&lot).await, [1_000_000, 0, 0, 0, 0, 0]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn a_send_nobody_approved_in_time_lapses_and_its_lot_expires() {
    // VO-20, VO-15
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund_on(100_000, Day::parse("2021-11-24").unwrap()).await;
        limit(&desk, Some(0)).await;
        let send = confirmed(&desk, &lot, 20_000).await;
        t.clock.advance(chrono::Duration::hours(60));
        let second = callers::admin(desk.company, &["voucher.send"]);
        assert!(matches!(
            reason(&approve(&desk, &second, &send).await.unwrap_err()).as_str(),
            "LOT_EXPIRED" | "LOT_NOT_OPEN" | "SEND_NOT_AWAITING" | "SEND_CHANGED"
        ));
        t.until("the lot is expired", || async {
            (desk.lot(&lot).await.state() == pb::LotState::Expired).then_some(())
        })
        .await;
        assert_eq!(desk.get(&send).await.state(), pb::SendState::Cancelled);
        assert_eq!(desk.buckets(&lot).await, [0, 0, 0, 0, 100_000, 0]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn who_may_approve_is_told_that_a_send_waits_and_its_confirmer_what_was_decided() {
    // VO-20
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund_on(1_000_000, Day::parse("2021-11-24").unwrap()).await;
        limit(&desk, Some(10_000)).await;
        let confirmer = desk.admin.account().unwrap().id.to_string();
        let second = callers::admin(desk.company, &["voucher.send"]);

        confirmed(&desk, &lot, 10_000).await;
        let send = confirmed(&desk, &lot, 20_000).await;
        let waits = desk.noticed("send-awaits-approval", 1).await;
        let (notice, says) = &waits[0];
        assert_eq!((notice.permission.as_str(), &notice.except_account_id), ("voucher.send", &confirmer));
        assert_eq!(
            (says["title"].as_str(), says["total"].as_str(), says["recipients"].as_str()),
            ("연말 선물", "20,000", "1")
        );
        assert_eq!(waits.len(), 1, "the one at the limit waits for nobody");
        approve(&desk, &second, &send).await.unwrap();
        let (notice, _) = desk.noticed("send-approved", 1).await.remove(0);
        assert_eq!((&notice.only_account_id, notice.permission.as_str()), (&confirmer, ""));

        let send = confirmed(&desk, &lot, 30_000).await;
        reject(&desk, &second, &send).await.unwrap();
        let (notice, says) = desk.noticed("send-rejected", 1).await.remove(0);
        assert_eq!((&notice.only_account_id, says["reason"].as_str()), (&confirmer, "금액을 확인해 주세요"));

        confirmed(&desk, &lot, 40_000).await;
        t.clock.advance(chrono::Duration::hours(60)); // past the lot's last day
        let (notice, says) = desk.noticed("send-lapsed", 1).await.remove(0);
        assert_eq!((&notice.only_account_id, says["total"].as_str()), (&confirmer, "40,000"));
        assert_eq!(desk.notices("send-awaits-approval").await.len(), 3, "one for each that waited");
    })
    .await;
}
