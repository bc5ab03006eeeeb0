//! What somebody with bad intentions tries with value, and what it comes to: nothing moves (S36, S39, S40, S42).

use contract::{
    google::r#type::Money,
    voucher::v1::{
        self as pb, gift_service_client::GiftServiceClient, policy_service_client::PolicyServiceClient,
        recipient_service_client::RecipientServiceClient,
    },
};
use flow::Taken;
use testkit::callers;
use tonic::{Code, Status};

use crate::desk::{Desk, detail, id, reason, story};

const FOUL: [i64; 4] = [0, -1, i64::MAX, i64::MIN];

fn krw(units: i64, nanos: i32) -> Option<Money> {
    Some(Money { currency_code: "KRW".into(), units, nanos })
}

/// A no of the caller's making: never a fault of ours.
fn refused<T: std::fmt::Debug>(outcome: Result<T, Status>, told: &str) {
    let no = outcome.expect_err(told);
    assert_eq!(no.code(), Code::InvalidArgument, "{told}: {no:?}");
}

/// An answer, or a no of the caller's making.
fn no_fault<T>(outcome: Result<T, Status>, told: &str) {
    let code = outcome.map_or_else(|no| no.code(), |_| Code::Ok);
    assert!(matches!(code, Code::Ok | Code::InvalidArgument | Code::NotFound), "{told}: {code:?}");
}

#[tokio::test]
async fn amounts_of_nothing_below_nothing_and_beyond_everything_move_nothing() {
    // S36
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let send = desk.create(&lot).await;
        let add = |amount: Option<Money>| {
            let one = pb::NewRecipient { name: "가나".into(), phone: "01000001001".into(), amount };
            let request =
                pb::AddRecipientsRequest { request_id: id(), send_id: send.send_id.clone(), recipients: vec![one] };
            let mut recipients = desk.recipients();
            async move { recipients.add_recipients(request).await }
        };
        for units in FOUL {
            refused(add(krw(units, 0)).await, &format!("a gift of {units}"));
        }
        for (amount, told) in [
            (krw(1_000, 1), "a fraction"),
            (krw(i64::MAX, 999_999_999), "the largest there is"),
            (krw(i64::MIN, -999_999_999), "the smallest there is"),
            (Some(Money { currency_code: "USD".into(), units: 1_000, nanos: 0 }), "dollars"),
            (None, "no amount"),
        ] {
            refused(add(amount).await, told);
        }
        let mut policy = PolicyServiceClient::new(t.channel(&desk.admin));
        for units in [-1, i64::MIN] {
            let request = pb::SetSendPolicyRequest { request_id: id(), approval_above: krw(units, 0) };
            refused(policy.set_send_policy(request).await, &format!("a limit of {units}"));
        }
        let most = pb::SetSendPolicyRequest { request_id: id(), approval_above: krw(i64::MAX, 0) };
        policy.set_send_policy(most).await.unwrap();
        for total_won in [0, -1, i64::MIN] {
            let request = pb::ProposeSplitRequest { send_id: String::new(), total_won };
            refused(desk.sends().propose_split(request).await, &format!("a split of {total_won}"));
        }
        let all = pb::ProposeSplitRequest { send_id: String::new(), total_won: i64::MAX };
        no_fault(desk.sends().propose_split(all).await, "a split of everything");

        for page_size in [-1, i32::MAX, i32::MIN] {
            let told = format!("pages of {page_size}");
            let (send_id, lot_id) = (send.send_id.clone(), lot.lot_id.clone());
            no_fault(desk.lots().list_lots(pb::ListLotsRequest { page_size, ..Default::default() }).await, &told);
            let request = pb::ProveLotRequest { lot_id, page_size, ..Default::default() };
            no_fault(desk.lots().prove_lot(request).await, &told);
            no_fault(desk.sends().list_sends(pb::ListSendsRequest { page_size, ..Default::default() }).await, &told);
            let request = pb::ListGiftsRequest { send_id: send_id.clone(), page_size, ..Default::default() };
            no_fault(desk.gifts().list_gifts(request).await, &told);
            let request = pb::ListRecipientsRequest { send_id, page_size, ..Default::default() };
            no_fault(desk.recipients().list_recipients(request).await, &told);
        }
        for number in FOUL {
            let send_id = send.send_id.clone();
            let request =
                pb::ExportRecipientsRequest {
                    send_id, from_number: number, to_number: number, reason: "정산".into()
                };
            no_fault(desk.recipients().export_recipients(request).await, &format!("recipients {number} to {number}"));
        }
        let etag = "9223372036854775808".to_owned();
        let request = pb::ApproveSendRequest { request_id: id(), send_id: send.send_id.clone(), etag };
        refused(desk.sends().approve_send(request).await, "a version beyond numbers");

        for face in [0, -1, i64::MIN] {
            let purchase = format!("pur_{face}");
            let mut approved = desk.approved(&purchase, 1, words::Day::of(t.clock.now()));
            approved.face_value = krw(face, 0);
            let taken = t.bus.hand(&t.event(&purchase, approved)).await;
            assert!(!matches!(taken, Taken::Done), "a lot of {face}");
        }
        assert_eq!(desk.buckets(&lot).await, [100_000, 0, 0, 0, 0, 0]);
        assert_eq!(desk.get(&send).await.recipient_count, 0);
        let verified = desk.verify_ledger().await;
        assert!(verified.holds && verified.lots == 1, "{verified:?}");
    })
    .await;
}

#[tokio::test]
async fn only_who_holds_the_code_gets_the_gift() {
    // S39, VO-11: not the sender, not another company, not another send's admin, not a service without the scope
    story(|t| async move {
        let (desk, stranger) = (Desk::new(&t), Desk::new(&t));
        let (lot, other) = (desk.fund(100_000).await, stranger.fund(100_000).await);
        let (send, codes) = desk.sent(&lot, &[("가", "01000001001", 10_000)]).await;
        let (others, _) = stranger.sent(&other, &[("나", "01000001002", 10_000)]).await;
        let code = &codes["01000001001"];

        let list = pb::ListGiftsRequest { send_id: send.send_id.clone(), ..Default::default() };
        let listed = desk.gifts().list_gifts(list.clone()).await.unwrap().into_inner();
        let shown = format!("{listed:?}{:?}", desk.get(&send).await);
        let bare = code.replace('-', "");
        assert!(!shown.contains(code.as_str()) && !shown.contains(&bare), "the sender never sees a code");
        let gift_id = listed.gifts[0].gift_id.clone();
        assert_eq!(reason(&desk.claim(&gift_id).await.unwrap_err()), "GIFT_CODE_MISTYPED", "an id is no code");

        assert_eq!(stranger.gifts().list_gifts(list).await.unwrap_err().code(), Code::NotFound);
        let recall = |send: &pb::Send| pb::RecallGiftsRequest {
            request_id: id(),
            send_id: send.send_id.clone(),
            gift_ids: vec![gift_id.clone()],
            ..Default::default()
        };
        let no = stranger.gifts().recall_gifts(recall(&send)).await.unwrap_err();
        assert_eq!((no.code(), reason(&no).as_str()), (Code::NotFound, "SEND_NOT_FOUND"));
        let own = stranger.gifts().recall_gifts(recall(&others)).await.unwrap().into_inner();
        assert_eq!((own.recalled_count, own.skipped_count), (0, 1), "another send's gift is none of this one");
        assert_eq!(desk.recall_all(&others).await.unwrap_err().code(), Code::NotFound);

        let redeem =
            || pb::RedeemGiftRequest { request_id: id(), gift_id: gift_id.clone(), wallet_reference: "w-1".into() };
        for caller in [&desk.admin, &callers::client(&["feature.switch"]), &callers::operator(&["billing"])] {
            let no = GiftServiceClient::new(t.channel(caller)).redeem_gift(redeem()).await.unwrap_err();
            assert_eq!(no.code(), Code::PermissionDenied);
        }
        let (own, others) = (desk.buckets(&lot).await, stranger.buckets(&other).await);
        assert_eq!((own, others), ([90_000, 0, 10_000, 0, 0, 0], [90_000, 0, 10_000, 0, 0, 0]));
        desk.claim(code).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn no_step_of_a_send_can_be_skipped() {
    // S40, VO-7, VO-9: draft → recipients → verification → confirmation → dispatch → gift
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let send = desk.create(&lot).await;
        let (send_id, second) = (send.send_id.clone(), callers::admin(desk.company, &["voucher.send"]));
        assert_eq!(reason(&desk.confirm(&send).await.unwrap_err()), "SEND_HAS_NO_RECIPIENTS");
        desk.add(&send, &[("가", "01000001001", 10_000)]).await;
        let bare =
            pb::ConfirmSendRequest { request_id: id(), send_id: send_id.clone(), verification_token: String::new() };
        assert_eq!(reason(&desk.sends().confirm_send(bare).await.unwrap_err()), "VERIFICATION_REQUIRED");
        let approve = |etag: String| pb::ApproveSendRequest { request_id: id(), send_id: send_id.clone(), etag };
        let mut approver = pb::send_service_client::SendServiceClient::new(t.channel(&second));
        let no = approver.approve_send(approve(desk.get(&send).await.etag)).await.unwrap_err();
        assert_eq!(reason(&no), "SEND_NOT_AWAITING", "an approval does not stand for a confirmation");
        assert_eq!(reason(&desk.recall_all(&send).await.unwrap_err()), "SEND_NOT_COMPLETED");
        t.clock.advance(chrono::Duration::days(1));
        let another = desk.create(&lot).await;
        desk.add(&another, &[("나", "01000001002", 10_000)]).await;
        desk.confirm(&another).await.unwrap();
        desk.dispatched(&another).await;
        assert_eq!(desk.get(&send).await.state(), pb::SendState::Draft, "a draft goes nowhere by itself");
        assert_eq!(desk.buckets(&lot).await, [90_000, 0, 10_000, 0, 0, 0]);

        desk.confirm(&send).await.unwrap();
        assert_eq!(reason(&desk.confirm(&send).await.unwrap_err()), "SEND_NOT_DRAFT", "confirmed once");
        let late = pb::AddRecipientsRequest {
            request_id: id(),
            send_id: send_id.clone(),
            recipients: vec![pb::NewRecipient {
                name: "다".into(),
                phone: "01000001003".into(),
                amount: krw(10_000, 0),
            }],
        };
        let no = desk.recipients().add_recipients(late).await.unwrap_err();
        assert_eq!(reason(&no), "SEND_NOT_DRAFT", "nobody joins after the verification");
        desk.dispatched(&send).await;
        assert_eq!(desk.buckets(&lot).await, [80_000, 0, 20_000, 0, 0, 0]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}

#[tokio::test]
async fn a_request_id_stands_for_one_request_of_one_caller() {
    // S42, I4
    story(|t| async move {
        let desk = Desk::new(&t);
        let lot = desk.fund(100_000).await;
        let draft = desk.draft(&lot);
        let send = desk.sends().create_send(draft.clone()).await.unwrap().into_inner();
        assert_eq!(desk.sends().create_send(draft.clone()).await.unwrap().into_inner(), send, "the same again");
        let reused =
            |no: Status| assert_eq!((no.code(), reason(&no).as_str()), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
        let other = pb::CreateSendRequest { title: "다른 제목".into(), ..draft.clone() };
        reused(desk.sends().create_send(other).await.unwrap_err());
        let send_id = send.send_id.clone();
        let cancel = pb::CancelSendRequest { request_id: draft.request_id.clone(), send_id: send_id.clone() };
        reused(desk.sends().cancel_send(cancel).await.unwrap_err());

        let one = |amount| pb::NewRecipient { name: "가".into(), phone: "01000001001".into(), amount: krw(amount, 0) };
        let add = |request_id: &str, amount| pb::AddRecipientsRequest {
            request_id: request_id.into(),
            send_id: send_id.clone(),
            recipients: vec![one(amount)],
        };
        let once = id();
        let mut recipients: RecipientServiceClient<_> = desk.recipients();
        recipients.add_recipients(add(&once, 10_000)).await.unwrap();
        recipients.add_recipients(add(&once, 10_000)).await.unwrap();
        reused(recipients.add_recipients(add(&once, 20_000)).await.unwrap_err());
        assert_eq!(desk.get(&send).await.recipient_count, 1);
        desk.confirm(&send).await.unwrap();
        desk.dispatched(&send).await;
        let codes = desk.codes(1).await;

        let once = id();
        let claim = |code: &str| pb::ClaimGiftRequest { request_id: once.clone(), code: code.into() };
        desk.anyone().claim_gift(claim(&codes["01000001001"])).await.unwrap();
        let another = voucher::gift_code::GiftCode::random().reveal();
        reused(desk.anyone().claim_gift(claim(&another)).await.unwrap_err());
        let decline = pb::DeclineGiftRequest { request_id: once.clone(), code: codes["01000001001"].clone() };
        reused(desk.anyone().decline_gift(decline).await.unwrap_err());

        for missing in ["", "1", "not-a-uuid"] {
            let no = recipients.add_recipients(add(missing, 10_000)).await.unwrap_err();
            assert_eq!((reason(&no).as_str(), detail(&no, "fields").as_str()), ("INVALID_FIELDS", "request_id"));
        }
        let stranger = Desk::new(&t);
        let elsewhere = stranger.fund(100_000).await;
        let same = pb::CreateSendRequest { request_id: draft.request_id, ..stranger.draft(&elsewhere) };
        stranger.sends().create_send(same).await.expect("ids are each caller's own");
        assert_eq!(desk.buckets(&lot).await, [90_000, 0, 0, 10_000, 0, 0]);
        assert!(desk.verify_ledger().await.holds);
    })
    .await;
}
