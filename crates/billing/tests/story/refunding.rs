//! The refund saga with voucher (BI-22): asked for, refused, asked for again, done; each step heard twice.

use contract::{
    billing::v1::{self as pb, *},
    voucher::v1::{LotCloseRefused, LotClosed},
};
use testkit::Trial;

use crate::{
    company::*,
    purchasing::{active_account, apply, approve, policy},
};

pub async fn approved(t: &Trial, c: &Company) -> pb::Purchase {
    active_account(t, c).await;
    policy(t, c, 1_000_000_000).await;
    let pending = purchases(t, &c.boss).apply_purchase(apply(9_000_000)).await.unwrap().into_inner();
    purchases(t, &operator()).approve_purchase(approve(&pending, 8_550_000)).await.unwrap().into_inner()
}

// BI-22, VO-16
#[tokio::test]
async fn what_is_available_goes_back_at_what_was_paid() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let p = approved(&t, &c).await;
        let ask = || RefundPurchaseRequest { request_id: request_id(), purchase_id: p.purchase_id.clone() };
        let mut mine = purchases(&t, &c.boss);
        let refunding = mine.refund_purchase(ask()).await.unwrap().into_inner();
        assert_eq!(refunding.state(), PurchaseState::Refunding);
        assert_eq!(t.told::<PurchaseRefundRequested>(1).await[0].purchase_id, p.purchase_id);
        assert_eq!(reason(mine.refund_purchase(ask()).await), "PURCHASE_NOT_REFUNDABLE");

        let refused = LotCloseRefused {
            lot_id: "lot_1".into(),
            purchase_id: p.purchase_id.clone(),
            company_id: c.id.to_string(),
            reserved: won(0),
            outstanding: won(50_000),
        };
        for _ in 0..2 {
            t.hear("lot_1", refused.clone()).await;
        }
        let get = || GetPurchaseRequest { purchase_id: p.purchase_id.clone() };
        let back = mine.get_purchase(get()).await.unwrap().into_inner();
        assert_eq!(back.state(), PurchaseState::Approved);
        let why = back.refund.unwrap();
        assert_eq!(units(&why.refused_outstanding), 50_000);
        assert!(why.refused_reason_ko.contains("환불할 수 없습니다"));

        mine.refund_purchase(ask()).await.unwrap();
        let closed = LotClosed {
            lot_id: "lot_1".into(),
            purchase_id: p.purchase_id.clone(),
            company_id: c.id.to_string(),
            available: won(3_333_300),
        };
        for _ in 0..2 {
            t.hear("lot_1", closed.clone()).await;
        }
        let done = mine.get_purchase(get()).await.unwrap().into_inner();
        assert_eq!(done.state(), PurchaseState::Refunded);
        let refund = done.refund.unwrap();
        assert_eq!(units(&refund.amount), 8_550_000 * 3_333_300 / 9_000_000);
        assert_eq!(refund.account_masked, "두레은행 / 081042120*****");
        let ends = t.told::<PurchaseClosed>(1).await;
        assert_eq!((ends.len(), ends[0].end()), (1, PurchaseEnd::Refunded));

        let m = GetPurchaseSummaryRequest {};
        let figures = mine.get_purchase_summary(m).await.unwrap().into_inner();
        assert_eq!((units(&figures.discounted_limit_left), units(&figures.total_purchased)), (10_000_000, 0));
    })
    .await;
}

// BI-22: a pending purchase is cancelled, not refunded; another company's is not there
#[tokio::test]
async fn only_an_approved_purchase_of_ones_own_is_refunded() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        let pending = purchases(&t, &c.boss).apply_purchase(apply(10_000)).await.unwrap().into_inner();
        let ask = RefundPurchaseRequest { request_id: request_id(), purchase_id: pending.purchase_id };
        assert_eq!(reason(purchases(&t, &c.boss).refund_purchase(ask.clone()).await), "PURCHASE_NOT_REFUNDABLE");
        let stranger = company(&t, 20).await;
        assert_eq!(reason(purchases(&t, &stranger.boss).refund_purchase(ask).await), "PURCHASE_NOT_FOUND");
    })
    .await;
}
