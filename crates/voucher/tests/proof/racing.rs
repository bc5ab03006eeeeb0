//! Races at full count: claim, recall and expiry for the same gifts (R13), more sends than a balance pays for (R14), one
//! request id many times (R15). Whoever loses is told why, and the ledger proves itself afterwards.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use contract::{
    notification::v1::MessagesRequested,
    voucher::v1::{
        self as pb, GiftClaimed, gift_service_client::GiftServiceClient, send_service_client::SendServiceClient,
    },
};
use flow::{Engine, Stop, Tx, Verb};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde::Serialize;
use testkit::{Trial, callers};
use tonic::{Code, Request, Status};
use voucher::{
    lot::{LotId, expire::ExpireLots},
    message::Message,
    recipient::{self, Recipient},
    send::{self, Send},
    settings::Settings,
};
use words::{Day, Money};

use crate::{
    ONE_AT_A_TIME,
    desk::{Desk, Wire, id, reason, won},
};

/// Runs a race on every engine. What holds back guessers does not stop those who lose fairly.
async fn race<Fut: Future<Output = ()>>(test: impl Fn(Trial) -> Fut) {
    let change = |settings: &mut Settings| {
        settings.wrong_codes_per_address = i64::MAX;
        settings.wrong_codes_per_region = i64::MAX;
    };
    let _alone = ONE_AT_A_TIME.lock().await;
    testkit::on_both_with::<voucher::Voucher, Fut>(change, test).await;
}

/// The whole count on PostgreSQL; SQLite has one writer, a tenth shows the same.
fn count(t: &Trial, whole: usize) -> usize {
    if t.engine == Engine::Postgres { whole } else { whole / 10 }
}

/// A request as it comes from this address: nobody shares a limit with anybody.
fn from<M>(address: u8, message: M) -> Request<M> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("x-dure-client-address", format!("192.0.2.{address}").parse().unwrap());
    request
}

/// Waits for what takes long on a slow machine.
pub async fn patiently<T, Fut: Future<Output = Option<T>>>(what: &str, check: impl Fn() -> Fut) -> T {
    for _ in 0..1_200 {
        if let Some(found) = check().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("never came true: {what}");
}

struct Given {
    gift_id: String,
    code: String,
}

/// A completed send of so many gifts of 1,000 won, out of a lot with this last day.
async fn given(desk: &Desk<'_>, last: Day, first_phone: usize, gifts: usize) -> (pb::Lot, pb::Send, Vec<Given>) {
    let lot = desk.fund_on(won_of(gifts), last.plus_months(-60)).await;
    let phones: Vec<String> = (0..gifts).map(|n| format!("0100{:07}", first_phone + n)).collect();
    let send = desk.create(&lot).await;
    for some in phones.chunks(100) {
        let people: Vec<_> = some.iter().map(|phone| ("가나", phone.as_str(), 1_000)).collect();
        desk.add(&send, &people).await;
    }
    desk.confirm(&send).await.unwrap();
    desk.t.clock.advance(chrono::Duration::seconds(2));
    patiently("the send is completed", || async {
        (desk.get(&send).await.state() == pb::SendState::Completed).then_some(())
    })
    .await;
    let codes = patiently("every message is asked for", || async {
        Some(desk.opened(desk.t.bus.told_of::<MessagesRequested>(&send.send_id).await))
            .filter(|codes| codes.len() == gifts)
    })
    .await;
    let ids = gifts_of(desk, &send).await;
    let given = phones.iter().zip(ids).map(|(phone, gift)| Given { gift_id: gift.gift_id, code: codes[phone].clone() });
    (lot, send, given.collect())
}

fn won_of(gifts: usize) -> i64 {
    i64::try_from(gifts).unwrap() * 1_000
}

/// In the order of the recipients.
async fn gifts_of(desk: &Desk<'_>, send: &pb::Send) -> Vec<pb::Gift> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListGiftsRequest {
            send_id: send.send_id.clone(),
            page_size: 100,
            page_token: token,
            ..Default::default()
        };
        let page = desk.gifts().list_gifts(request).await.unwrap().into_inner();
        all.extend(page.gifts);
        token = page.next_page_token;
        if token.is_empty() {
            return all;
        }
    }
}

/// What each claim of a gift came to: `Ok`, or the reason it was told.
type Claims = Vec<(usize, Result<(), String>)>;

/// Claims every second gift, or the only one.
async fn claim_all(
    mut anyone: GiftServiceClient<Wire>,
    client: u8,
    gifts: Arc<Vec<Given>>,
    tried: Arc<AtomicUsize>,
) -> Claims {
    let mut order: Vec<usize> =
        (0..gifts.len()).filter(|at| gifts.len() == 1 || at % 2 == usize::from(client) % 2).collect();
    order.shuffle(&mut StdRng::seed_from_u64(client.into()));
    let mut outcomes = Vec::new();
    for at in order {
        let request = pb::ClaimGiftRequest { request_id: id(), code: gifts[at].code.clone() };
        let outcome = anyone.claim_gift(from(client, request)).await;
        outcomes.push((at, outcome.map(drop).map_err(|no| reason(&no))));
        tried.fetch_add(1, Ordering::SeqCst);
    }
    outcomes
}

/// Recalls a quarter of the gifts, one by one; how many it got.
async fn recall_some(
    mut admin: GiftServiceClient<Wire>,
    client: u8,
    send_id: String,
    gifts: Arc<Vec<Given>>,
) -> Result<i64, Status> {
    let mut order: Vec<usize> = (0..gifts.len()).collect();
    order.shuffle(&mut StdRng::seed_from_u64(client.into()));
    let mut got = 0;
    for at in order.into_iter().take(gifts.len() / 4) {
        let request = pb::RecallGiftsRequest {
            request_id: id(),
            send_id: send_id.clone(),
            gift_ids: vec![gifts[at].gift_id.clone()],
            ..Default::default()
        };
        let reply = loop {
            match admin.recall_gifts(request.clone()).await {
                // The token was signed before the day went by.
                Err(no) if no.code() == Code::Unauthenticated => {}
                outcome => break outcome?.into_inner(),
            }
        };
        assert_eq!(reply.recalled_count + reply.skipped_count, 1, "recalled, or told that it came too late");
        got += reply.recalled_count;
    }
    Ok(got)
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_recall_and_expiry_at_once_have_one_winner_a_gift() {
    // R13, VO-10, VO-12, VO-15, I3: twelve clients: eight who claim, four after each gift, three who recall, one who lets
    // days pass
    race(|t| async move {
        const EACH: usize = 40;
        let (desk, rounds) = (Desk::new(&t), count(&t, 50));
        let today = Day::of(t.clock.now());
        let mut sends = Vec::new();
        for round in 0..rounds {
            let last = today.plus_days(i64::try_from(round / 2).unwrap());
            sends.push(given(&desk, last, round * EACH, EACH).await);
        }
        let mut ended = [0_i64; 3];
        for (round, (lot, send, gifts)) in sends.into_iter().enumerate() {
            let (gifts, tried) = (Arc::new(gifts), Arc::new(AtomicUsize::new(0)));
            let claims: Vec<_> = (0..8)
                .map(|client| tokio::spawn(claim_all(desk.anyone(), client, gifts.clone(), tried.clone())))
                .collect();
            let recalls: Vec<_> = (8..11)
                .map(|client| tokio::spawn(recall_some(desk.gifts(), client, send.send_id.clone(), gifts.clone())))
                .collect();
            if round % 2 == 1 {
                while tried.load(Ordering::SeqCst) < 8 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                t.clock.advance(chrono::Duration::days(1));
                t.running.flow.run_own(ExpireLots).await.unwrap();
            }
            let mut recalled = 0;
            for client in recalls {
                recalled += client.await.unwrap().unwrap();
            }
            let mut claims_of: Vec<Claims> = (0..EACH).map(|_| Vec::new()).collect();
            for client in claims {
                client.await.unwrap().into_iter().for_each(|claim| claims_of[claim.0].push(claim));
            }
            let found = gifts_of(&desk, &send).await;
            for (gift, claims) in found.iter().zip(claims_of) {
                let winners = claims.iter().filter(|(_, outcome)| outcome.is_ok()).count();
                assert_eq!(winners, usize::from(gift.state() == pb::GiftState::Claimed), "of {gift:?}");
                let told: &[&str] = match gift.state() {
                    // Whoever came on the next day, and yet before the winner, was told so.
                    pb::GiftState::Claimed => &["GIFT_ALREADY_CLAIMED", "GIFT_EXPIRED"],
                    // Past its day it is told so, until it is taken back.
                    pb::GiftState::Recalled => &["GIFT_NOT_FOUND", "GIFT_EXPIRED"],
                    pb::GiftState::Expired => &["GIFT_EXPIRED"],
                    state => panic!("a gift is left {state:?}"),
                };
                let mut losers = claims.iter().filter_map(|(_, outcome)| outcome.as_ref().err());
                assert!(losers.all(|why| told.contains(&why.as_str())), "{:?}: {claims:?}", gift.state());
            }
            let of = |state| i64::try_from(found.iter().filter(|gift| gift.state() == state).count()).unwrap();
            let states = [pb::GiftState::Claimed, pb::GiftState::Recalled, pb::GiftState::Expired].map(of);
            assert_eq!(states[1], recalled, "each recall had an answer");
            let [available, reserved, outstanding, claimed, expired, _] = desk.buckets(&lot).await;
            assert_eq!((reserved, outstanding, claimed), (0, 0, states[0] * 1_000));
            assert_eq!(available + expired, (states[1] + states[2]) * 1_000);
            (0..3).for_each(|at| ended[at] += states[at]);
        }
        let gifts = i64::try_from(rounds * EACH).unwrap();
        eprintln!("{gifts} gifts: {} claimed, {} recalled, {} expired", ended[0], ended[1], ended[2]);
        assert_eq!(ended.iter().sum::<i64>(), gifts);
        let told = patiently("every claim is told", || async {
            let told = t.bus.told::<GiftClaimed>().await.len();
            (i64::try_from(told).unwrap() >= ended[0]).then_some(told)
        });
        assert_eq!(i64::try_from(told.await).unwrap(), ended[0], "once each");
        let verified = desk.verify_ledger().await;
        assert!(verified.holds, "{:?}", verified.breaches);
    })
    .await;
}

/// So many drafts of one gift of 1,000 won, made in one transaction.
#[derive(Serialize)]
struct Drafts {
    company: words::CompanyId,
    lot: LotId,
    count: usize,
}

impl Verb for Drafts {
    const NAME: &'static str = "Drafts";
    type Answer = Vec<(send::SendId, String)>;

    async fn perform(&self, tx: &mut Tx) -> Result<Self::Answer, Stop> {
        let mut drafts = Vec::new();
        for _ in 0..self.count {
            let send = Send {
                id: tx.id(),
                company: self.company,
                lot: self.lot,
                applicant: tx.id(),
                title: "연말 선물".into(),
                scheduled_at: None,
                message: Message::new("", "감사합니다").unwrap(),
                state: send::State::Draft,
                recipients: 1,
                total: Money::from_won(1_000),
                next_number: 2,
                issued_through: 0,
                created_at: tx.now(),
                confirmed_at: None,
                started_at: None,
                ended_at: None,
                confirmed_by: None,
                decided_by: None,
                decided_at: None,
                rejection: None,
                version: 1,
            };
            let (name, phone) = ("가나".to_owned(), "01000001001".to_owned());
            let one = Recipient { id: tx.id(), number: 1, name, phone, amount: send.total };
            send::table::insert(tx, &send).await?;
            recipient::table::insert(tx, send.id, &[one]).await?;
            drafts.push((send.id, send.content_hash()));
        }
        Ok(drafts)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_for_two_thousand_pays_for_two_thousand_of_five_thousand_sends() {
    // R14, VO-2, VO-3: twelve clients confirm one send of one gift after the other
    race(|t| async move {
        const CLIENTS: usize = 12;
        let (attempts, pays_for) = (count(&t, 5_000), count(&t, 2_000));
        let desk = Desk::new(&t);
        let lot = desk.fund(won_of(pays_for)).await;
        let drafts = Drafts { company: desk.company, lot: lot.lot_id.parse().unwrap(), count: attempts };
        let drafts = t.running.flow.run_own(drafts).await.unwrap();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let mut sends: SendServiceClient<Wire> = desk.sends();
                let own = drafts.iter().skip(client).step_by(CLIENTS);
                let own: Vec<(String, String)> =
                    own.map(|(send, hash)| (send.to_string(), desk.verification(hash))).collect();
                tokio::spawn(async move {
                    let mut outcomes = Vec::new();
                    for (send_id, verification_token) in own {
                        let request = pb::ConfirmSendRequest { request_id: id(), send_id, verification_token };
                        outcomes.push(sends.confirm_send(request).await.map(drop).map_err(|no| reason(&no)));
                    }
                    outcomes
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for client in clients {
            outcomes.extend(client.await.unwrap());
        }
        let accepted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!((outcomes.len(), accepted), (attempts, pays_for));
        let mut refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(refused.all(|why| why == "LOT_BALANCE_TOO_LOW"), "{outcomes:?}");
        assert_eq!(desk.buckets(&lot).await, [0, won_of(pays_for), 0, 0, 0, 0]);
        let verified = desk.verify_ledger().await;
        assert!(verified.holds, "{:?}", verified.breaches);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_id_fifty_times_at_once_has_one_effect_and_one_answer() {
    // R15, I4, S37: and the gift another fifty claim with request ids of their own is claimed once
    race(|t| async move {
        const AT_ONCE: u8 = 50;
        let (desk, ids) = (Desk::new(&t), count(&t, 200));
        let (lot, _, gifts) = given(&desk, Day::of(t.clock.now()), 0, ids).await;
        for (at, gift) in gifts.iter().enumerate() {
            let same = pb::ClaimGiftRequest { request_id: id(), code: gift.code.clone() };
            let claims = (0..AT_ONCE).map(|client| {
                let (mut anyone, request) = (desk.anyone(), from(client, same.clone()));
                tokio::spawn(async move { anyone.claim_gift(request).await.map(tonic::Response::into_inner) })
            });
            let answers: Vec<_> = futures::future::try_join_all(claims).await.unwrap();
            let first = answers[0].as_ref().unwrap();
            assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first), "of gift {at}: {answers:?}");
        }
        let figures = [0, 0, 0, won_of(ids), 0, 0];
        assert_eq!(desk.buckets(&lot).await, figures);
        let told = patiently("every claim is told", || async {
            let told = t.bus.told::<GiftClaimed>().await.len();
            (told >= ids).then_some(told)
        });
        assert_eq!(told.await, ids, "once each");
        let verified = desk.verify_ledger().await;
        assert!(verified.holds && verified.entries == i64::try_from(ids).unwrap() + 3, "{verified:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_claims_of_one_gift_at_once_have_one_winner() {
    // S37, VO-10
    race(|t| async move {
        let desk = Desk::new(&t);
        let (lot, _, gifts) = given(&desk, Day::of(t.clock.now()), 0, 1).await;
        let claims = (0..50).map(|client| {
            let anyone = GiftServiceClient::new(t.channel(&callers::anyone()));
            let one = Given { gift_id: String::new(), code: gifts[0].code.clone() };
            tokio::spawn(claim_all(anyone, client, Arc::new(vec![one]), Arc::default()))
        });
        let claims: Vec<_> = futures::future::try_join_all(claims).await.unwrap().into_iter().flatten().collect();
        assert_eq!(claims.iter().filter(|(_, outcome)| outcome.is_ok()).count(), 1);
        let mut losers = claims.iter().filter_map(|(_, outcome)| outcome.as_ref().err());
        assert!(losers.all(|why| why == "GIFT_ALREADY_CLAIMED"), "{claims:?}");
        assert_eq!(desk.buckets(&lot).await, [0, 0, 0, 1_000, 0, 0]);
        assert_eq!(won(&desk.lot(&lot).await.claimed), 1_000);
    })
    .await;
}
