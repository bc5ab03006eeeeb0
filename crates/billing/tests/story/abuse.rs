//! What billing's buyers and operators may try (S36, S40, S42, S43, S45, S46).

use std::collections::BTreeSet;

use contract::billing::v1::*;
use prost_reflect::{Kind, MessageDescriptor};
use testkit::Trial;

use crate::{
    company::*,
    purchasing::{active_account, apply, approve, policy},
    refunding::approved,
};

const WRONG: [i64; 6] = [0, -1, -10_000, i64::MIN, i64::MAX, i64::MAX / 10_000 * 10_000];

async fn balance(t: &Trial, c: &Company) -> (i64, i64) {
    let m = GetPurchaseSummaryRequest {};
    let s = purchases(t, &c.boss).get_purchase_summary(m).await.unwrap().into_inner();
    (units(&s.purchase_limit_left), units(&s.total_purchased))
}

// S36: no amount or quantity but a sensible one passes, and none overflows
#[tokio::test]
async fn amounts_that_make_no_sense_are_refused() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        policy(&t, &c, 1_000_000_000).await;
        for wrong in WRONG {
            let no = reason(purchases(&t, &c.boss).apply_purchase(apply(wrong)).await);
            assert!(matches!(no.as_str(), "INVALID_FIELDS" | "PURCHASE_LIMIT_EXCEEDED"), "{wrong}: {no}");
        }
        for wrong in [0, -1, i64::MIN] {
            let m = RecordDepositRequest { request_id: request_id(), amount: won(wrong), ..Default::default() };
            assert_eq!(reason(deposits(&t, &operator()).record_deposit(m).await), "INVALID_FIELDS", "{wrong}");
        }
        let m = RecordDepositRequest { request_id: request_id(), amount: won(i64::MAX), ..Default::default() };
        let most = deposits(&t, &operator()).record_deposit(m).await.unwrap().into_inner();
        assert_eq!(most.r#match(), DepositMatch::Stranger);
        let set = |limit: i64, rate: i32| SetPurchasePolicyRequest {
            request_id: request_id(),
            company_id: c.id.to_string(),
            purchase_limit: won(limit),
            discounted_limit: won(limit),
            discount_rate_basis_points: Some(rate),
        };
        for (limit, rate) in [(-1, 500), (i64::MIN, 500), (1, -1), (1, 10_001), (1, i32::MAX), (1, i32::MIN)] {
            let no = policies(&t, &operator()).set_purchase_policy(set(limit, rate)).await;
            assert_eq!(reason(no), "INVALID_FIELDS", "{limit} {rate}");
        }
        let p = purchases(&t, &c.boss).apply_purchase(apply(10_000)).await.unwrap().into_inner();
        for wrong in WRONG {
            let no = purchases(&t, &operator()).approve_purchase(approve(&p, wrong)).await;
            let no = reason(no);
            assert!(matches!(no.as_str(), "INVALID_FIELDS" | "DEPOSIT_NOT_EXACT"), "{wrong}: {no}");
        }
        // Two short ones that overflow together, and the largest limit there is.
        policies(&t, &operator()).set_purchase_policy(set(i64::MAX, 10_000)).await.unwrap();
        let face = i64::MAX / 10_000 * 10_000 - 10_000;
        let huge = purchases(&t, &c.boss).apply_purchase(apply(face)).await.unwrap().into_inner();
        assert_eq!(units(&huge.face_value), face);
        assert_eq!(reason(purchases(&t, &c.boss).apply_purchase(apply(face)).await), "PURCHASE_LIMIT_EXCEEDED");

        for seats in [0, -1, i64::MIN, i64::MAX] {
            let m = order(selection(OrderKind::New, "dedicated", seats, 12));
            let no = orders(&t, &c.boss).place_order(m).await;
            assert_ne!(no.expect_err("no such order").code(), tonic::Code::Internal, "{seats} seats");
        }
        for term in [-1, i32::MIN, i32::MAX] {
            let m = order(selection(OrderKind::New, "shared", 10, term));
            assert_ne!(
                orders(&t, &c.boss).place_order(m).await.expect_err("no such order").code(),
                tonic::Code::Internal
            );
        }
        for quantity in [-1, i64::MIN, i64::MAX] {
            let mut chosen = selection(OrderKind::New, "shared", 10, 12);
            chosen.storage_gb = quantity;
            let no = orders(&t, &c.boss).place_order(order(chosen)).await.expect_err("no such order");
            assert_ne!(no.code(), tonic::Code::Internal, "{quantity} GB");
        }
    })
    .await;
}

// S40, S45: no step before its time, none twice
#[tokio::test]
async fn no_step_is_skipped_or_done_twice() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let done = approved(&t, &c).await;
        let mut mine = purchases(&t, &c.boss);
        let mut desk = purchases(&t, &operator());
        let cancel =
            |p: &Purchase| CancelPurchaseRequest { request_id: request_id(), purchase_id: p.purchase_id.clone() };
        let refund =
            |p: &Purchase| RefundPurchaseRequest { request_id: request_id(), purchase_id: p.purchase_id.clone() };
        let before = balance(&t, &c).await;

        assert_eq!(reason(mine.cancel_purchase(cancel(&done)).await), "PURCHASE_NOT_PENDING");
        assert_eq!(reason(desk.approve_purchase(approve(&done, 8_550_000)).await), "PURCHASE_NOT_PENDING");
        assert_eq!(t.told::<PurchaseApproved>(1).await.len(), 1, "funded once");

        let unpaid = mine.apply_purchase(apply(10_000)).await.unwrap().into_inner();
        let m = ApprovePurchaseRequest {
            request_id: request_id(),
            purchase_id: unpaid.purchase_id.clone(),
            ..Default::default()
        };
        assert_eq!(reason(desk.approve_purchase(m).await), "DEPOSIT_MISSING");
        assert_eq!(reason(mine.refund_purchase(refund(&unpaid)).await), "PURCHASE_NOT_REFUNDABLE");
        mine.cancel_purchase(cancel(&unpaid)).await.unwrap();
        assert_eq!(reason(mine.cancel_purchase(cancel(&unpaid)).await), "PURCHASE_NOT_PENDING");
        assert_eq!(reason(mine.refund_purchase(refund(&unpaid)).await), "PURCHASE_NOT_REFUNDABLE");
        assert_eq!(reason(desk.approve_purchase(approve(&unpaid, 9_500)).await), "PURCHASE_NOT_PENDING");
        assert_eq!(balance(&t, &c).await, before, "given back once");
    })
    .await;
}

// S42: a request id is used once, for one thing; without one nothing is changed
#[tokio::test]
async fn a_request_id_is_for_one_request() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        let mut mine = purchases(&t, &c.boss);
        let m = apply(10_000);
        let first = mine.apply_purchase(m.clone()).await.unwrap().into_inner();
        assert_eq!(mine.apply_purchase(m.clone()).await.unwrap().into_inner().purchase_id, first.purchase_id);
        let other = ApplyPurchaseRequest { face_value: won(20_000), ..m.clone() };
        assert_eq!(reason(mine.apply_purchase(other).await), "REQUEST_ID_REUSED");
        let cancel = CancelPurchaseRequest { request_id: m.request_id.clone(), purchase_id: first.purchase_id.clone() };
        assert_eq!(reason(mine.cancel_purchase(cancel).await), "REQUEST_ID_REUSED");
        for id in ["", "1", "not-a-uuid"] {
            let m = ApplyPurchaseRequest { request_id: id.into(), ..m.clone() };
            assert_eq!(reason(mine.apply_purchase(m).await), "INVALID_FIELDS", "{id}");
            let m = CancelPurchaseRequest { request_id: id.into(), purchase_id: first.purchase_id.clone() };
            assert_eq!(reason(mine.cancel_purchase(m).await), "INVALID_FIELDS", "{id}");
        }
        let list = mine.list_purchases(ListPurchasesRequest::default()).await.unwrap().into_inner();
        assert_eq!(list.purchases.len(), 1);
    })
    .await;
}

fn fields_of(kind: &str, message: &MessageDescriptor, path: &str, found: &mut BTreeSet<String>) {
    for field in message.fields() {
        let Kind::Message(of) = field.kind() else { continue };
        let path = format!("{path}.{}", field.name());
        if of.full_name() == kind {
            found.insert(path);
        } else if !of.full_name().starts_with("google.") {
            fields_of(kind, &of, &path, found);
        }
    }
}

fn asked(kind: &str, wanted: impl Fn(&contract::Access) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for method in contract::methods().filter(|m| m.parent_service().package_name() == "dure.billing.v1") {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        if contract::access_of(&path).is_some_and(&wanted) {
            fields_of(kind, &method.input(), method.name(), &mut found);
        }
    }
    found
}

// S43: a customer says how much to buy, never what it costs; S46: which days, but not when something happened
#[test]
fn customers_name_no_price_and_no_moment() {
    let customers = |access: &contract::Access| access.operators.is_empty();
    assert_eq!(asked("google.type.Money", customers), BTreeSet::from(["ApplyPurchase.face_value".to_owned()]));
    assert!(asked("google.protobuf.Timestamp", |_| true).is_empty());
    assert!(asked("dure.billing.v1.Price", |_| true).is_empty());
}
