//! The deposit desk for purchases (BI-27): exact, short, over, late, twice, stranger: each with its next step and trail, and
//! nothing dropped.

use contract::billing::v1::{self as pb, *};
use testkit::Trial;

use crate::{
    company::*,
    purchasing::{active_account, apply, policy},
};

struct Desk<'a> {
    t: &'a Trial,
    c: Company,
}

impl<'a> Desk<'a> {
    async fn new(t: &'a Trial) -> Self {
        let c = company(t, 20).await;
        active_account(t, &c).await;
        policy(t, &c, 1_000_000_000).await;
        Self { t, c }
    }
    /// 1,000,000 for 950,000.
    async fn pending(&self) -> pb::Purchase {
        purchases(self.t, &self.c.boss).apply_purchase(apply(1_000_000)).await.unwrap().into_inner()
    }
    async fn arrived(&self, p: &pb::Purchase, amount: i64, depositor: &str) -> pb::Deposit {
        let m = RecordDepositRequest {
            request_id: request_id(),
            amount: won(amount),
            depositor: depositor.into(),
            reference: p.purchase_id.clone(),
            bank_reference: String::new(),
        };
        deposits(self.t, &operator()).record_deposit(m).await.unwrap().into_inner()
    }
    async fn decide(&self, d: &pb::Deposit, decision: DepositDecision) -> Result<pb::Deposit, tonic::Status> {
        let m = ResolveDepositRequest {
            request_id: request_id(),
            deposit_id: d.deposit_id.clone(),
            decision: decision.into(),
            note: "통화함".into(),
            ..Default::default()
        };
        deposits(self.t, &operator()).resolve_deposit(m).await.map(tonic::Response::into_inner)
    }
    async fn get(&self, d: &pb::Deposit) -> pb::Deposit {
        let m = GetDepositRequest { deposit_id: d.deposit_id.clone() };
        deposits(self.t, &operator()).get_deposit(m).await.unwrap().into_inner()
    }
    async fn has_paid(&self, p: &pb::Purchase) -> bool {
        let m = GetPurchaseRequest { purchase_id: p.purchase_id.clone() };
        purchases(self.t, &self.c.boss).get_purchase(m).await.unwrap().into_inner().deposit_arrived
    }
}

const US: &str = "(주)두레";

fn stands(d: &pb::Deposit) -> (DepositMatch, DepositState) {
    (d.r#match(), d.state())
}

fn trail(d: &pb::Deposit) -> Vec<&str> {
    d.trail.iter().map(|step| step.what.as_str()).collect()
}

// BI-27: ask for the rest; both pay together
#[tokio::test]
async fn a_short_transfer_and_its_rest_pay_together() {
    on_both::<Under, _>(|t| async move {
        let desk = Desk::new(&t).await;
        let p = desk.pending().await;
        let first = desk.arrived(&p, 900_000, US).await;
        assert_eq!(stands(&first), (DepositMatch::Short, DepositState::Open));
        assert!(first.next_step_ko.contains("50,000원"), "{}", first.next_step_ko);
        assert_eq!(reason(desk.decide(&first, DepositDecision::KeepOwed).await), "DECISION_NOT_FITTING");
        desk.decide(&first, DepositDecision::Asked).await.unwrap();
        let still = desk.arrived(&p, 20_000, US).await;
        assert_eq!((stands(&still).0, units(&still.owed)), (DepositMatch::Short, 50_000));
        let last = desk.arrived(&p, 30_000, US).await;
        assert_eq!(stands(&last), (DepositMatch::Exact, DepositState::Applied));
        let first = desk.get(&first).await;
        assert_eq!(trail(&first), ["recorded", "asked", "applied"]);
        assert!(first.trail[1].by.starts_with("operator:") && first.trail[1].note == "통화함");
        assert_eq!(desk.get(&still).await.state(), DepositState::Applied);
        assert!(desk.has_paid(&p).await);

        let cancel = CancelPurchaseRequest { request_id: request_id(), purchase_id: p.purchase_id.clone() };
        purchases(&t, &desk.c.boss).cancel_purchase(cancel).await.unwrap();
        let mut back = 0;
        for deposit in [&first, &still, &last] {
            let due = desk.get(deposit).await;
            assert_eq!(due.state(), DepositState::ReturnDue);
            back += units(&due.to_return);
            let returned = desk.decide(&due, DepositDecision::Returned).await.unwrap();
            assert_eq!((returned.state(), returned.returned), (DepositState::Returned, due.to_return.clone()));
            assert_eq!(reason(desk.decide(&due, DepositDecision::Returned).await), "DEPOSIT_DECIDED"); // S45
        }
        assert_eq!(back, 950_000, "in full (BI-22)");
    })
    .await;
}

// BI-27: what is owed of too much pays, the rest goes back
#[tokio::test]
async fn the_rest_of_a_transfer_that_is_too_much_goes_back() {
    on_both::<Under, _>(|t| async move {
        let desk = Desk::new(&t).await;
        let p = desk.pending().await;
        let over = desk.arrived(&p, 960_000, US).await;
        assert_eq!(stands(&over), (DepositMatch::Over, DepositState::Open));
        assert!(over.next_step_en.contains("send 10,000 won back") && !desk.has_paid(&p).await);
        let kept = desk.decide(&over, DepositDecision::KeepOwed).await.unwrap();
        assert_eq!((kept.state(), units(&kept.to_return)), (DepositState::ReturnDue, 10_000));
        assert!(desk.has_paid(&p).await);
        let done = desk.decide(&kept, DepositDecision::Returned).await.unwrap();
        assert_eq!((done.state(), units(&done.returned)), (DepositState::Returned, 10_000));
        assert_eq!(trail(&done), ["recorded", "keep_owed", "applied", "return_due", "returned"]);

        let cancel = CancelPurchaseRequest { request_id: request_id(), purchase_id: p.purchase_id.clone() };
        purchases(&t, &desk.c.boss).cancel_purchase(cancel).await.unwrap();
        assert_eq!(units(&desk.get(&over).await.to_return), 950_000, "never more than arrived (S45)");
    })
    .await;
}

// BI-19, BI-27: late, twice, a stranger; what came short of a purchase that expires goes back
#[tokio::test]
async fn late_twice_and_stranger_wait_at_the_desk() {
    on_both::<Under, _>(|t| async move {
        let desk = Desk::new(&t).await;
        let p = desk.pending().await;
        for stranger in ["김정현", "", "두레"] {
            let d = desk.arrived(&p, 950_000, stranger).await;
            assert_eq!(stands(&d), (DepositMatch::Stranger, DepositState::Open), "{stranger}");
        }
        assert_eq!(stands(&desk.arrived(&p, 950_000, US).await), (DepositMatch::Exact, DepositState::Applied));
        let twice = desk.arrived(&p, 950_000, US).await;
        assert_eq!(stands(&twice), (DepositMatch::Twice, DepositState::Open));
        assert_eq!(desk.decide(&twice, DepositDecision::Return).await.unwrap().state(), DepositState::ReturnDue);

        let unpaid = desk.pending().await;
        let short = desk.arrived(&unpaid, 1, US).await;
        t.clock.advance(chrono::Duration::days(8));
        t.told::<PurchaseClosed>(1).await;
        let short = desk.get(&short).await;
        assert_eq!((short.state(), units(&short.to_return)), (DepositState::ReturnDue, 1));
        assert_eq!(trail(&short), ["recorded", "return_due"]);
        let late = desk.arrived(&unpaid, 950_000, US).await;
        assert_eq!(stands(&late), (DepositMatch::Late, DepositState::Open));
        for d in [&twice, &late] {
            assert!(!desk.get(d).await.next_step_ko.is_empty() && !desk.get(d).await.next_step_en.is_empty());
        }
        let all = ListDepositsRequest { page_size: 100, ..Default::default() };
        let all = deposits(&t, &operator()).list_deposits(all).await.unwrap().into_inner().deposits;
        assert_eq!(all.len(), 7, "nothing was dropped");
    })
    .await;
}
