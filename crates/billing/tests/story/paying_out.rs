//! The money of a refund goes back once (BI-22, S45): the payout list, a payout the bank sends back, events heard twice, late
//! and in the wrong order.

use contract::{
    billing::v1::{self as pb, *},
    voucher::v1::{LotCloseRefused, LotClosed},
};
use testkit::Trial;

use crate::{
    company::*,
    purchasing::{account, active_account},
    refunding::approved,
};

fn ask(p: &pb::Purchase) -> RefundPurchaseRequest {
    RefundPurchaseRequest { request_id: request_id(), purchase_id: p.purchase_id.clone() }
}

fn closed(c: &Company, p: &pb::Purchase, available: i64) -> LotClosed {
    LotClosed {
        lot_id: "lot_1".into(),
        purchase_id: p.purchase_id.clone(),
        company_id: c.id.to_string(),
        available: won(available),
    }
}

fn refused(c: &Company, p: &pb::Purchase) -> LotCloseRefused {
    LotCloseRefused {
        lot_id: "lot_1".into(),
        purchase_id: p.purchase_id.clone(),
        company_id: c.id.to_string(),
        reserved: won(1_000),
        outstanding: won(0),
    }
}

async fn all(t: &Trial, state: PayoutState) -> Vec<Payout> {
    let m = ListPayoutsRequest { state: state.into(), ..Default::default() };
    payouts(t, &operator()).list_payouts(m).await.unwrap().into_inner().payouts
}

fn sent(p: &Payout, bank_reference: &str) -> MarkPayoutSentRequest {
    MarkPayoutSentRequest {
        request_id: request_id(),
        payout_id: p.payout_id.clone(),
        registered_account_id: p.registered_account_id.clone(),
        bank_reference: bank_reference.into(),
    }
}

async fn refund_of(t: &Trial, c: &Company, p: &pb::Purchase) -> PurchaseRefund {
    let m = GetPurchaseRequest { purchase_id: p.purchase_id.clone() };
    purchases(t, &c.boss).get_purchase(m).await.unwrap().into_inner().refund.unwrap()
}

// BI-22, S45: 8,550,000 was paid for 9,000,000
#[tokio::test]
async fn a_refund_is_paid_out_once() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let p = approved(&t, &c).await;
        purchases(&t, &c.boss).refund_purchase(ask(&p)).await.unwrap();
        for _ in 0..3 {
            t.hear("lot_1", closed(&c, &p, 3_333_300)).await;
        }
        let due = all(&t, PayoutState::Due).await;
        assert_eq!((due.len(), units(&due[0].amount)), (1, 3_166_635));
        assert_eq!(due[0].account_masked, "두레은행 / 081042120*****");
        assert_eq!(refund_of(&t, &c, &p).await.send_time, None);
        let delete = DeleteAccountRequest {
            request_id: request_id(),
            registered_account_id: due[0].registered_account_id.clone(),
        };
        assert_eq!(reason(accounts(&t, &c.boss).delete_account(delete).await), "ACCOUNT_IN_USE"); // BI-23

        // BI-23: another account is approved, the former cannot be paid to any more
        let second = active_account(&t, &c).await;
        let mut desk = payouts(&t, &operator());
        assert_eq!(reason(desk.mark_payout_sent(sent(&due[0], "B-1")).await), "PAYOUT_ACCOUNT_NOT_ACTIVE");
        let reveal = RevealPayoutAccountRequest { request_id: request_id(), payout_id: due[0].payout_id.clone() };
        let to = desk.reveal_payout_account(reveal).await.unwrap().into_inner();
        assert_eq!(to.account_number, "08104212012345");
        let due = &all(&t, PayoutState::Due).await[0];
        assert_eq!(due.registered_account_id, second.registered_account_id);

        // Two operators at once: one marks it.
        let mut other = payouts(&t, &operator());
        let (one, two) =
            tokio::join!(desk.mark_payout_sent(sent(due, "B-1")), other.mark_payout_sent(sent(due, "B-2")));
        let won_by = match (one, two) {
            (Ok(one), Err(no)) | (Err(no), Ok(one)) => {
                assert_eq!(reason::<()>(Err(no)), "PAYOUT_NOT_DUE");
                one.into_inner()
            }
            both => panic!("one of them: {both:?}"),
        };
        assert_eq!(won_by.state(), PayoutState::Sent);
        let shown = refund_of(&t, &c, &p).await;
        assert!(shown.send_time.is_some() && shown.account_masked == won_by.account_masked);
        let reveal = RevealPayoutAccountRequest { request_id: request_id(), payout_id: due.payout_id.clone() };
        assert_eq!(reason(desk.reveal_payout_account(reveal).await), "PAYOUT_NOT_DUE");

        // The bank sends it back: due again, sent again, and every step stays.
        let failed = MarkPayoutFailedRequest {
            request_id: request_id(),
            payout_id: due.payout_id.clone(),
            reason: "해지된 계좌".into(),
        };
        let failed = desk.mark_payout_failed(failed).await.unwrap().into_inner();
        assert_eq!((failed.state(), failed.bank_reference.as_str()), (PayoutState::Due, ""));
        assert_eq!(refund_of(&t, &c, &p).await.send_time, None);
        let done = desk.mark_payout_sent(sent(&failed, "B-3")).await.unwrap().into_inner();
        let steps: Vec<_> = done.trail.iter().map(|s| s.what.as_str()).collect();
        assert_eq!(steps, ["due", "looked_up", "sent", "failed", "sent"]);
        assert!(done.trail[1].by.starts_with("operator:"));
        assert_eq!((all(&t, PayoutState::Due).await.len(), all(&t, PayoutState::Sent).await.len()), (0, 1));
        assert_eq!(reason(payouts(&t, &c.boss).list_payouts(ListPayoutsRequest::default()).await), "NOT_ALLOWED");
        let m = GetPayoutRequest { payout_id: done.payout_id };
        assert_eq!(reason(payouts(&t, &c.boss).get_payout(m).await), "NOT_ALLOWED");
    })
    .await;
}

// S45: one transfer of the bank pays one refund
#[tokio::test]
async fn a_banks_transfer_marks_one_payout() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        for _ in 0..2 {
            let p = approved(&t, &c).await;
            purchases(&t, &c.boss).refund_purchase(ask(&p)).await.unwrap();
            t.hear("lot_1", closed(&c, &p, 9_000_000)).await;
        }
        let due = all(&t, PayoutState::Due).await;
        let mut desk = payouts(&t, &operator());
        desk.mark_payout_sent(sent(&due[0], "B-1")).await.unwrap();
        assert_eq!(reason(desk.mark_payout_sent(sent(&due[1], "B-1")).await), "BANK_REFERENCE_TAKEN");
        assert_eq!(all(&t, PayoutState::Due).await.len(), 1, "the other is still due");
    })
    .await;
}

// BI-22: interrupted at any point; each answer of voucher comes never, once, twice, late, beside another: one end
#[tokio::test]
async fn whatever_comes_twice_or_late_ends_the_same() {
    on_both::<Under, _>(|t| async move {
        // f: the lot was not closed, c: it was, a: the customer asks (again)
        for order in ["ac", "acc", "afac", "affacc", "acf", "accfcf", "aac", "afaacff"] {
            let c = company(&t, 20).await;
            let p = approved(&t, &c).await;
            for step in order.chars() {
                match step {
                    'a' => drop(purchases(&t, &c.boss).refund_purchase(ask(&p)).await),
                    'c' => t.hear("lot_1", closed(&c, &p, 4_500_000)).await,
                    _ => t.hear("lot_1", refused(&c, &p)).await,
                }
            }
            let m = GetPurchaseRequest { purchase_id: p.purchase_id.clone() };
            let end = purchases(&t, &c.boss).get_purchase(m).await.unwrap().into_inner();
            assert_eq!(end.state(), PurchaseState::Refunded, "{order}");
            assert_eq!(units(&end.refund.unwrap().amount), 4_275_000, "{order}");
            let mine = ListPayoutsRequest { company_id: c.id.to_string(), ..Default::default() };
            let mine = payouts(&t, &operator()).list_payouts(mine).await.unwrap().into_inner().payouts;
            assert_eq!((mine.len(), units(&mine[0].amount)), (1, 4_275_000), "{order}");
            let figures = purchases(&t, &c.boss).get_purchase_summary(GetPurchaseSummaryRequest {}).await.unwrap();
            assert_eq!(units(&figures.into_inner().discounted_limit_left), 10_000_000, "{order}: given back once");
            assert_eq!(reason(purchases(&t, &c.boss).refund_purchase(ask(&p)).await), "PURCHASE_NOT_REFUNDABLE");
        }
    })
    .await;
}

// BI-22: where nothing is left, nothing is paid out; without an account the payout waits for one
#[tokio::test]
async fn nothing_left_is_no_payout() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let p = approved(&t, &c).await;
        purchases(&t, &c.boss).refund_purchase(ask(&p)).await.unwrap();
        t.hear("lot_1", closed(&c, &p, 0)).await;
        assert!(all(&t, PayoutState::Unspecified).await.is_empty());
        let mut client = accounts(&t, &c.boss);
        let id = client.list_accounts(ListAccountsRequest::default()).await.unwrap().into_inner().accounts;
        let delete = DeleteAccountRequest {
            request_id: request_id(),
            registered_account_id: id[0].registered_account_id.clone(),
        };
        client.delete_account(delete).await.unwrap();
    })
    .await;
}

// BI-23: two approvals at once leave one active account
#[tokio::test]
async fn two_approvals_at_once_leave_one_active_account() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        let mut waiting = Vec::new();
        for _ in 0..4 {
            waiting.push(accounts(&t, &c.boss).register_account(account()).await.unwrap().into_inner());
        }
        let approvals = waiting.iter().map(|a| {
            let mut desk = accounts(&t, &operator());
            let m = ApproveAccountRequest {
                request_id: request_id(),
                registered_account_id: a.registered_account_id.clone(),
            };
            async move { desk.approve_account(m).await }
        });
        let outcomes = futures::future::join_all(approvals).await;
        assert!(outcomes.iter().any(Result::is_ok));
        for no in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(reason(no), "ACCOUNT_APPROVED_MEANWHILE");
        }
        let m = ListAccountsRequest { state: RegisteredAccountState::Active.into(), ..Default::default() };
        assert_eq!(accounts(&t, &c.boss).list_accounts(m).await.unwrap().into_inner().accounts.len(), 1);
    })
    .await;
}
