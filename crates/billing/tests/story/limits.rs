//! The monthly limits under load (BI-20), the months' borders, an operator's change in mid-month, and what buys them back.

use contract::billing::v1::*;
use futures::{StreamExt as _, stream};

use crate::{
    company::*,
    purchasing::{active_account, apply},
};

async fn limits(t: &testkit::Trial, c: &Company, purchase: i64, discounted: i64) {
    let set = SetPurchasePolicyRequest {
        request_id: request_id(),
        company_id: c.id.to_string(),
        purchase_limit: won(purchase),
        discounted_limit: won(discounted),
        discount_rate_basis_points: Some(500),
    };
    policies(t, &operator()).set_purchase_policy(set).await.unwrap();
}

async fn left(t: &testkit::Trial, c: &Company) -> (i64, i64) {
    let m = GetPurchaseSummaryRequest {};
    let s = purchases(t, &c.boss).get_purchase_summary(m).await.unwrap().into_inner();
    (units(&s.purchase_limit_left), units(&s.discounted_limit_left))
}

/// R14 says 5,000: `DURE_TEST_ATTEMPTS=5000`.
fn attempts() -> i64 {
    std::env::var("DURE_TEST_ATTEMPTS").map_or(500, |n| n.parse().unwrap())
}

// BI-20, R14: so many attempts at once on a limit left for two in five of them, the discounted one for fewer
#[tokio::test(flavor = "multi_thread")]
async fn many_attempts_on_a_limit_left_for_fewer() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        let (wishes, room) = (attempts(), attempts() * 2 / 5);
        let (limit, cheap) = (room * 10_000, room * 6_000 + 5_000);
        limits(&t, &c, limit, cheap).await;
        let attempts = stream::iter(0..wishes).map(|_| {
            let mut client = purchases(&t, &c.boss);
            async move { client.apply_purchase(apply(10_000)).await }
        });
        let (mut accepted, mut discounted, mut payable) = (0, 0, 0);
        let mut outcomes = attempts.buffer_unordered(16);
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Ok(p) => {
                    let p = p.into_inner();
                    accepted += 1;
                    discounted += units(&p.discounted_value);
                    payable += units(&p.payable);
                }
                Err(no) => assert_eq!(reason::<()>(Err(no)), "PURCHASE_LIMIT_EXCEEDED"),
            }
        }
        assert_eq!((accepted, discounted), (room, cheap));
        assert_eq!(payable, limit - cheap * 5 / 100);
        assert_eq!(left(&t, &c).await, (0, 0));
    })
    .await;
}

// BI-20: a purchase counts in the month of its application in Seoul, and gives back to that one
#[tokio::test]
async fn a_month_begins_at_midnight_in_seoul() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        limits(&t, &c, 1_000_000, 500_000).await;
        let mut mine = purchases(&t, &c.boss);
        t.clock.advance("2026-11-30T14:59:59Z".parse::<flow::Instant>().unwrap() - t.clock.now());
        let november = mine.apply_purchase(apply(1_000_000)).await.unwrap().into_inner();
        assert_eq!(left(&t, &c).await, (0, 0));
        t.clock.advance(chrono::Duration::seconds(1));
        assert_eq!(left(&t, &c).await, (1_000_000, 500_000), "December");
        mine.apply_purchase(apply(400_000)).await.unwrap();
        let cancel = CancelPurchaseRequest { request_id: request_id(), purchase_id: november.purchase_id };
        mine.cancel_purchase(cancel).await.unwrap();
        assert_eq!(left(&t, &c).await, (600_000, 100_000), "November's is given back to November");
    })
    .await;
}

// BI-20: what was bought stays bought at what it was sold for
#[tokio::test]
async fn an_operator_changes_the_limits_in_mid_month() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        active_account(&t, &c).await;
        limits(&t, &c, 10_000_000, 5_000_000).await;
        let mut mine = purchases(&t, &c.boss);
        let first = mine.apply_purchase(apply(6_000_000)).await.unwrap().into_inner();
        assert_eq!(units(&first.discounted_value), 5_000_000);
        limits(&t, &c, 4_000_000, 2_000_000).await;
        assert_eq!(left(&t, &c).await, (0, 0), "below what was taken already");
        assert_eq!(reason(mine.apply_purchase(apply(10_000)).await), "PURCHASE_LIMIT_EXCEEDED");
        limits(&t, &c, 12_000_000, 8_000_000).await;
        let second = mine.apply_purchase(apply(6_000_000)).await.unwrap().into_inner();
        assert_eq!(units(&second.discounted_value), 3_000_000, "what is left of the new limit");
        for id in [first.purchase_id, second.purchase_id] {
            mine.cancel_purchase(CancelPurchaseRequest { request_id: request_id(), purchase_id: id }).await.unwrap();
        }
        assert_eq!(left(&t, &c).await, (12_000_000, 8_000_000), "each gives back what it took");
    })
    .await;
}
