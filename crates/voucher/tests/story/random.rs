//! Random orders of everything that moves value, against a model in a few lines: after each step the balances are the
//! model's, and at the end the ledger proves itself (VO-2, I1 to I3).

use std::collections::BTreeMap;

use contract::voucher::v1 as pb;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::desk::{Desk, story};

#[derive(Debug, Clone)]
enum Step {
    /// Sends these amounts (thousands of won).
    Send(Vec<i64>),
    /// Claims the n-th code there is.
    Claim(usize),
    Decline(usize),
    /// Recalls the n-th send.
    Recall(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => prop::collection::vec(1..30_i64, 1..4).prop_map(Step::Send),
        4 => (0..30_usize).prop_map(Step::Claim),
        2 => (0..30_usize).prop_map(Step::Decline),
        1 => (0..6_usize).prop_map(Step::Recall),
    ]
}

#[derive(Default)]
struct Model {
    /// Code → amount and send, while unclaimed.
    unclaimed: BTreeMap<String, (i64, usize)>,
    codes: Vec<String>,
    sends: Vec<pb::Send>,
    available: i64,
    claimed: i64,
}

const FACE: i64 = 400_000;

#[tokio::test]
async fn in_whatever_order_things_happen_every_won_is_accounted_for() {
    // VO-2
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(Default::default()),
    );
    let orders: Vec<Vec<Step>> =
        (0..4).map(|_| prop::collection::vec(step(), 25).new_tree(&mut runner).unwrap().current()).collect();
    story(|t| {
        let orders = orders.clone();
        async move {
            for order in orders {
                let desk = Desk::new(&t);
                let lot = desk.fund(FACE).await;
                let mut model = Model { available: FACE, ..Model::default() };
                for step in &order {
                    play(&desk, &lot, &mut model, step).await;
                    let outstanding: i64 = model.unclaimed.values().map(|(amount, _)| amount).sum();
                    let wanted = [model.available, 0, outstanding, model.claimed, 0, 0];
                    assert_eq!(desk.buckets(&lot).await, wanted, "after {step:?}");
                }
            }
            let verified = Desk::new(&t).verify_ledger().await;
            assert!(verified.holds, "{:?}", verified.breaches);
        }
    })
    .await;
}

async fn play(desk: &Desk<'_>, lot: &pb::Lot, model: &mut Model, step: &Step) {
    match step {
        Step::Send(amounts) => {
            let total: i64 = amounts.iter().map(|amount| amount * 1_000).sum();
            let phones: Vec<String> = (0..amounts.len()).map(|_| phone()).collect();
            let people: Vec<_> = phones.iter().zip(amounts).map(|(p, a)| ("가나", p.as_str(), a * 1_000)).collect();
            if total > model.available {
                let send = desk.create(lot).await;
                desk.add(&send, &people).await;
                assert!(desk.confirm(&send).await.is_err());
                return;
            }
            let (send, codes) = desk.sent(lot, &people).await;
            for (phone, amount) in phones.iter().zip(amounts) {
                model.unclaimed.insert(codes[phone].clone(), (amount * 1_000, model.sends.len()));
                model.codes.push(codes[phone].clone());
            }
            model.sends.push(send);
            model.available -= total;
        }
        Step::Claim(n) | Step::Decline(n) => {
            let Some(code) = model.codes.get(n % model.codes.len().max(1)) else { return };
            let claim = matches!(step, Step::Claim(_));
            let outcome = if claim { desk.claim(code).await } else { desk.decline(code).await };
            assert_eq!(outcome.is_ok(), model.unclaimed.contains_key(code));
            let amount = model.unclaimed.remove(code).map_or(0, |(amount, _)| amount);
            *(if claim { &mut model.claimed } else { &mut model.available }) += amount;
        }
        Step::Recall(n) => {
            let Some(send) = model.sends.get(n % model.sends.len().max(1)) else { return };
            let index = n % model.sends.len();
            desk.recall_all(send).await.unwrap();
            model.available +=
                model.unclaimed.values().filter(|(_, of)| *of == index).map(|(amount, _)| amount).sum::<i64>();
            model.unclaimed.retain(|_, (_, of)| *of != index);
        }
    }
}

/// A phone no other recipient of this run has.
fn phone() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("0100{:07}", 3_000 + NEXT.fetch_add(1, Ordering::Relaxed))
}
