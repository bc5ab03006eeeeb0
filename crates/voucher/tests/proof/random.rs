//! Random orders of everything that moves value, played on the service and on a model in plain arithmetic (`model.rs`)
//! side by side: at each step both accept, or refuse for the same reason; after each step every bucket of every lot is the
//! model's; at the end the ledger proves itself (VO-2, I1 to I4). Some steps are asked twice under one request id.
//!
//! The seeds are fixed. More, or others: `DURE_RANDOM_ORDERS=20000 DURE_RANDOM_SEED=7 cargo test -p voucher --test proof random`.

use boot::token::{VERIFICATION, Verified as Token};
use contract::{
    Fact, ask,
    notification::v1::MessagesRequested,
    voucher::v1::{self as pb, LotCloseRefused, LotClosed},
};
use flow::{Caller, Done, Engine, Page, Stop, Verb};
use sea_orm::FromQueryResult;
use testkit::{Trial, callers};
use uuid::Uuid;
use voucher::{
    Voucher,
    gift::{self, GiftId, claim::ClaimGift, decline::DeclineGift, look_up::Typed, recall::RecallGifts},
    gift_code::GiftCode,
    ledger::Account,
    lot::{self, LotId, close::CloseLot, expire::ExpireLots, fund::FundLot},
    message::Message,
    policy,
    recipient::{self, Recipient, add, remove::RemoveRecipients},
    send::{
        self, SendId, approve::ApproveSend, cancel::CancelSend, confirm::ConfirmSend, create::CreateSend,
        issue_chunk::IssueChunk, reject::RejectSend,
    },
    settings::Settings,
    sql,
};
use words::{CompanyId, Day, Money};

use crate::{
    ONE_AT_A_TIME,
    desk::{story, won},
    model::{self, CHUNK, LotState, Model},
    step::{Outcome, Step, Verified, order},
};

const FACE: i64 = 150_000;
const WORKERS: u64 = 4;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn in_whatever_order_things_happen_every_won_is_accounted_for() {
    // VO-2, VO-7, VO-9, VO-10, VO-12, VO-15, VO-16, VO-20, I1, I2, I3, I4
    let _alone = ONE_AT_A_TIME.lock().await;
    story(|t| async move {
        let orders = if t.engine == Engine::Postgres { number("DURE_RANDOM_ORDERS", 2_000) } else { 100 };
        let first = number("DURE_RANDOM_SEED", 0);
        eprintln!("{orders} orders, seeds from {first}");
        let workers = (0..WORKERS).map(|worker| {
            let seeds = (first..first + orders).skip(worker as usize).step_by(WORKERS as usize);
            tokio::spawn(play(t.engine, seeds.collect()))
        });
        let steps: u64 = futures::future::try_join_all(workers).await.unwrap().into_iter().sum();
        eprintln!("{steps} steps");
    })
    .await;
}

/// Plays these orders one after the other on a database of their own, where nothing happens by itself.
async fn play(engine: Engine, seeds: Vec<u64>) -> u64 {
    let change = |settings: &mut Settings| {
        settings.gifts_per_chunk = CHUNK as u64;
        settings.wrong_codes_per_region = i64::MAX;
    };
    let t = Trial::start::<Voucher>(engine, change).await;
    t.running.halt();
    let mut steps = 0;
    for seed in seeds {
        let mut world = World::new(&t).await;
        for (at, step) in order(seed).into_iter().enumerate() {
            steps += world.both(&format!("seed {seed}, step {at}"), step, at % 8 == 0).await;
        }
        world.end(seed).await;
    }
    let verified = t.running.flow.run_own(voucher::ledger::verify::VerifyLedger).await.unwrap();
    assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
    steps
}

/// A company with two lots, and the model of it.
struct World<'a> {
    t: &'a Trial,
    company: CompanyId,
    admin: Caller,
    second: Caller,
    lots: Vec<(LotId, String)>,
    gifts: Vec<(GiftId, GiftCode)>,
    model: Model,
    /// The send this step made.
    created: Option<SendId>,
    page: Page,
    /// Outbox rows seen.
    seen: i64,
}

fn reason(stop: Stop) -> String {
    match stop {
        Stop::Refused(no) | Stop::Kept(no) => no.reason().into(),
        Stop::Fault(fault) => panic!("{fault}"),
    }
}

impl<'a> World<'a> {
    async fn new(t: &'a Trial) -> Self {
        let company = callers::company();
        let (now, today) = (t.clock.now(), Day::of(t.clock.now()));
        let (mut lots, mut modelled) = (Vec::new(), Vec::new());
        for days in [1, 3] {
            let purchase = format!("pur_{}", Uuid::new_v4().simple());
            let approved_on = today.plus_days(days).plus_months(-60);
            let fund = FundLot { purchase: purchase.clone(), company, face: Money::from_won(FACE), approved_on };
            t.running.flow.run_own(fund).await.unwrap();
            let through = lot::valid_through(approved_on);
            modelled.push(model::Lot { buckets: [FACE, 0, 0, 0, 0, 0], state: LotState::Open, through });
            lots.push(purchase);
        }
        let usable = lot::table::usable(t.running.flow.db().read(), company, today).await.unwrap();
        let id_of = |purchase: &String| usable.iter().find(|lot| lot.purchase == *purchase).unwrap().id;
        let lots = lots.into_iter().map(|purchase| (id_of(&purchase), purchase)).collect();
        let page = Page::parse(10, "", &()).unwrap();
        let (admin, second) = (callers::super_admin(company), callers::admin(company, &["voucher.send"]));
        let mut world = Self {
            t,
            company,
            admin,
            second,
            lots,
            gifts: Vec::new(),
            model: Model::new(now, modelled),
            created: None,
            page,
            seen: 0,
        };
        world.facts().await;
        world
    }

    /// One step, on the service and on the model; how many that were.
    async fn both(&mut self, told: &str, step: Step, twice: bool) -> u64 {
        let Some(step) = step.meant(&self.model) else { return 0 };
        let before = self.model.clone();
        let outcome = self.step(&step, twice).await;
        let modelled = self.model_step(&step);
        let told = || format!("{told}: {step:?}, before it {before:#?}");
        assert_eq!(outcome, modelled, "the service (left) and the model, {}", told());
        let lots = lot::table::page(self.t.running.flow.db().read(), Some(self.company), &self.page).await.unwrap();
        for ((id, _), model) in self.lots.iter().zip(&self.model.lots) {
            let lot = lots.iter().find(|lot| lot.id == *id).unwrap();
            let buckets = Account::BUCKETS.map(|account| lot.buckets.of(account).won());
            assert_eq!(buckets, model.buckets, "the buckets after {}", told());
            assert_eq!(format!("{:?}", lot.state), format!("{:?}", model.state), "the lot after {}", told());
        }
        1
    }

    /// A call, and sometimes the same call again: then the answer is the same.
    async fn call<V: Verb + Clone>(&self, by: &Caller, verb: V, twice: bool) -> Result<V::Answer, String> {
        let (flow, id) = (&self.t.running.flow, Uuid::new_v4());
        let outcome = flow.run(by.clone(), id, verb.clone()).await.map_err(reason);
        if twice {
            let again = flow.run(by.clone(), id, verb).await.map_err(reason);
            let said = |outcome: &Result<V::Answer, String>| serde_json::to_value(outcome).unwrap();
            assert_eq!(said(&outcome), said(&again), "{} asked twice", V::NAME);
        }
        outcome
    }

    /// What was announced since the last look.
    async fn facts(&mut self) -> Vec<(String, Vec<u8>)> {
        #[derive(FromQueryResult)]
        struct Row {
            seq: i64,
            kind: String,
            payload: Vec<u8>,
        }
        let sql = "SELECT seq, kind, payload FROM flow_outbox WHERE seq > $1 ORDER BY seq";
        let rows: Vec<Row> = sql::rows(self.t.running.flow.db().read(), sql, vec![self.seen.into()]).await.unwrap();
        self.seen = rows.last().map_or(self.seen, |row| row.seq);
        rows.into_iter().map(|row| (row.kind, row.payload)).collect()
    }

    async fn recipients(&self, send: usize) -> Vec<Recipient> {
        let read = self.t.running.flow.db().read();
        recipient::table::after(read, self.id(send), 0, 1_000).await.unwrap()
    }

    fn id(&self, send: usize) -> SendId {
        self.model.sends[send].id.into()
    }

    fn decider(&self, second: bool) -> &Caller {
        if second { &self.second } else { &self.admin }
    }

    /// The step on the service.
    async fn step(&mut self, step: &Step, twice: bool) -> Outcome {
        let nothing = |_| String::new();
        match step {
            Step::Draft { lot, won, in_minutes } => {
                let scheduled_at = in_minutes.map(|minutes| self.t.clock.now() + chrono::Duration::minutes(minutes));
                let message = Message::new("", "감사합니다").unwrap();
                let create =
                    CreateSend { lot: self.lots[*lot].0, title: "연말 선물".into(), scheduled_at, message };
                let send = self.call(&self.admin, create, twice).await?;
                self.created = Some(send.id);
                let recipients = won.iter().map(|won| person(*won)).collect();
                let all = add::AddRecipients { send: send.id, recipients };
                self.call(&self.admin, all, twice).await.map(|_| String::new())
            }
            Step::Add { send, won } => {
                let one = add::AddRecipients { send: self.id(*send), recipients: vec![person(*won)] };
                self.call(&self.admin, one, twice).await.map(|_| String::new())
            }
            Step::Remove { send, which } => {
                let all = self.recipients(*send).await;
                let nobody = Uuid::new_v4().into();
                let chosen = which.map(|at| vec![all.get(at).map_or(nobody, |recipient| recipient.id)]);
                let remove = RemoveRecipients { send: self.id(*send), chosen };
                self.call(&self.admin, remove, twice).await.map(|_| String::new())
            }
            Step::Confirm { send, verified } => {
                let verification = self.verification(*send, *verified).await;
                let confirm = ConfirmSend { send: self.id(*send), verification };
                self.call(&self.admin, confirm, twice).await.map(nothing)
            }
            Step::Approve { send, second } => {
                let approve = ApproveSend { send: self.id(*send), version: self.send(*send).await.version };
                self.call(self.decider(*second), approve, twice).await.map(nothing)
            }
            Step::Reject { send, second } => {
                let reject = RejectSend { send: self.id(*send), reason: "금액 확인".into() };
                self.call(self.decider(*second), reject, twice).await.map(nothing)
            }
            Step::Cancel { send } => {
                self.call(&self.admin, CancelSend { send: self.id(*send) }, twice).await.map(nothing)
            }
            Step::Dispatch => self.dispatch().await,
            Step::Claim { gift } => {
                let claim = ClaimGift { code: Typed(self.gifts[*gift].1.clone()) };
                self.call(&callers::anyone(), claim, twice).await.map(|_| String::new())
            }
            Step::Decline { gift } => {
                let decline = DeclineGift { code: Typed(self.gifts[*gift].1.clone()) };
                self.call(&callers::anyone(), decline, twice).await.map(|_| String::new())
            }
            Step::Recall { send, which } => self.recall(*send, which.as_deref(), twice).await,
            Step::Pass { minutes } => {
                self.t.clock.advance(chrono::Duration::minutes(*minutes));
                Ok(String::new())
            }
            Step::Expire => {
                while self.t.running.flow.run_own(ExpireLots).await.unwrap() == Done::More {}
                Ok(String::new())
            }
            Step::Close { lot } => self.close(*lot).await,
            Step::Limit { won } => {
                let limit = pb::SetSendPolicyRequest {
                    approval_above: won.and_then(|won| contract::money(Money::from_won(won))),
                    ..Default::default()
                };
                let set = policy::set::parse(limit).unwrap();
                self.call(&self.admin, set, twice).await.map(|_| String::new())
            }
        }
    }

    /// The step on the model, which learns the id of a new send.
    fn model_step(&mut self, step: &Step) -> Outcome {
        let outcome = self.model.step(step);
        if let (Some(created), Some(send)) = (self.created.take(), self.model.sends.last_mut()) {
            send.id = created.uuid();
        }
        outcome
    }

    async fn send(&self, send: usize) -> send::Send {
        let read = self.t.running.flow.db().read();
        send::table::find(read, self.id(send), self.company).await.unwrap().expect("the send is there")
    }

    async fn verification(&self, send: usize, verified: Verified) -> String {
        let account = self.admin.account().unwrap();
        let content_hash = match verified {
            Verified::ForThis => self.send(send).await.content_hash(),
            Verified::ForAnother => "0".repeat(64),
            Verified::Not => return String::new(),
        };
        let token = Token {
            jti: Uuid::new_v4(),
            purpose: "voucher_send".into(),
            account: Some(account.id),
            company: account.company,
            content_hash,
        };
        self.t.signer().sign(VERIFICATION, &token, self.t.clock.now(), chrono::Duration::minutes(10))
    }

    async fn dispatch(&mut self) -> Outcome {
        if self.t.running.flow.run_own(IssueChunk).await.map_err(reason)? == Done::All {
            return Ok("nothing due".into());
        }
        let mut issued = 0;
        for (kind, payload) in self.facts().await {
            if kind != MessagesRequested::event_type().to_string() {
                continue;
            }
            for message in read::<MessagesRequested>(&payload).messages {
                let content = ask::open(self.t.running.flow.sealer(), &message.sealed).unwrap();
                let code = content.variables["text"].rsplit(' ').next().unwrap();
                self.gifts.push((message.reference.parse().unwrap(), GiftCode::parse(code).unwrap()));
                issued += 1;
            }
        }
        Ok(format!("issued {issued}"))
    }

    async fn recall(&self, send: usize, which: Option<&[usize]>, twice: bool) -> Outcome {
        let all = self.recipients(send).await;
        let of = |at: &usize| Uuid::new_v5(&all[*at].id.uuid(), b"gift").into();
        let nobody = all.is_empty();
        let chosen = which.map(|which| which.iter().filter(|_| !nobody).map(of).collect());
        let recall = RecallGifts { send: self.id(send), chosen, validate_only: false };
        let recalled = self.call(&self.admin, recall, twice).await?;
        Ok(format!("{} of {} won, {} skipped", recalled.count, recalled.total.won(), recalled.skipped))
    }

    async fn close(&mut self, lot: usize) -> Outcome {
        self.facts().await;
        self.t.running.flow.run_own(CloseLot { purchase: self.lots[lot].1.clone() }).await.map_err(reason)?;
        let mut facts = self.facts().await;
        let answers = [LotClosed::event_type().to_string(), LotCloseRefused::event_type().to_string()];
        facts.retain(|(kind, _)| answers.contains(kind));
        let [(kind, payload)] = facts.as_slice() else { panic!("one answer to billing: {facts:?}") };
        if *kind == LotCloseRefused::event_type().to_string() {
            return Ok("refused".into());
        }
        Ok(format!("closed with {}", won(&read::<LotClosed>(payload).available)))
    }

    /// What is under way comes to its end; then every send and every gift stands where the model's does.
    async fn end(&mut self, seed: u64) {
        let told = format!("seed {seed}, at its end");
        self.both(&told, Step::Pass { minutes: 6 * 24 * 60 }, false).await;
        self.both(&told, Step::Expire, false).await;
        while self.model.clone().step(&Step::Dispatch) != Ok("nothing due".into()) {
            self.both(&told, Step::Dispatch, false).await;
        }
        self.both(&told, Step::Dispatch, false).await;
        self.both(&told, Step::Expire, false).await;
        for (at, model) in self.model.sends.iter().enumerate() {
            assert_eq!(format!("{:?}", self.send(at).await.state), format!("{:?}", model.state), "seed {seed}");
        }
        assert_eq!(self.gifts.len(), self.model.gifts.len());
        for ((id, _), (send, place)) in self.gifts.iter().zip(&self.model.gifts) {
            let gift = gift::table::find(self.t.running.flow.db().read(), *id).await.unwrap().unwrap();
            let model = self.model.sends[*send].people[*place].gift.unwrap();
            assert_eq!(format!("{:?}", gift.state), format!("{model:?}"), "seed {seed}");
        }
        assert!(self.model.is_over(), "seed {seed}: {:#?}", self.model);
    }
}

fn person(won: i64) -> (String, words::Phone, voucher::amount::Amount) {
    let amount = voucher::amount::Amount::new(Money::from_won(won)).unwrap();
    ("가나".into(), "01000001001".parse().unwrap(), amount)
}

fn read<F: Fact>(payload: &[u8]) -> F {
    F::decode(payload).unwrap()
}
