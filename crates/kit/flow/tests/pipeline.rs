//! The pipeline on both engines: one effect per request id, facts only with their effect, refusals that keep, conflicts
//! tried again, a hung-up client, and the connection a dropped `begin()` leaves behind.

use std::{future::Future, time::Duration};

use contract::{billing::v1::OrderPaid, notification::v1::MessagesReported};
use flow::{Caller, Done, Every, Flow, Job, Refusal, Slot, Stop, Tx, Verb, code};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::async_trait::async_trait,
    schema::{big_integer, string},
    sea_query::Table,
};
use serde::{Deserialize, Serialize};
use testkit::{Trial, on_both};
use uuid::Uuid;

struct Counting;

#[derive(Deserialize)]
struct Settings {}

struct Counters;

impl MigrationName for Counters {
    fn name(&self) -> &str {
        "m0001_counters"
    }
}

#[async_trait]
impl MigrationTrait for Counters {
    async fn up(&self, m: &SchemaManager) -> Result<(), sea_orm::DbErr> {
        m.create_table(
            Table::create().table("counter").col(string("name").primary_key()).col(big_integer("value")).to_owned(),
        )
        .await?;
        m.get_connection().execute_unprepared("INSERT INTO counter VALUES ('a', 0)").await.map(drop)
    }
}

impl boot::Service for Counting {
    const NAME: &'static str = "counting";
    const DEFAULTS: &'static str = "[counting]";
    type Settings = Settings;
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Counters)]
    }
    fn wire(kit: &boot::Kit, _: Settings) -> anyhow::Result<boot::Wired> {
        Ok(boot::Wired::new(&kit.flow()))
    }
}

const TOO_MUCH: Refusal = Refusal::new(code::FAILED_PRECONDITION, "TOO_MUCH", "Too much.", "너무 많습니다.");

#[derive(Serialize)]
struct Add {
    by: i64,
    most: i64,
    keep: bool,
    linger_ms: u64,
}

impl Add {
    fn by(by: i64) -> Self {
        Self { by, most: i64::MAX, keep: false, linger_ms: 0 }
    }
}

impl Verb for Add {
    const NAME: &'static str = "Add";
    type Answer = i64;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.signed_in()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<i64, Stop> {
        let sql = "UPDATE counter SET value = value + $1 WHERE name = 'a' RETURNING value";
        let row = tx
            .conn()
            .query_one_raw(Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, [self.by.into()]))
            .await?;
        let value: i64 = row.expect("there").try_get("", "value")?;
        tx.announce("counter", value, OrderPaid::default());
        tokio::time::sleep(Duration::from_millis(self.linger_ms)).await;
        match (value > self.most, self.keep) {
            (true, true) => Err(TOO_MUCH.keeping()),
            (true, false) => Err(TOO_MUCH.into()),
            (false, _) => Ok(value),
        }
    }
}

async fn value(flow: &Flow) -> i64 {
    let db = flow.db().read();
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), "SELECT value FROM counter")).await;
    row.expect("a query").expect("a row").try_get("", "value").expect("a number")
}

async fn on_both_engines<F: Future<Output = ()>>(test: impl Fn(Trial) -> F) {
    on_both::<Counting, F>(test).await;
}

// R15
#[tokio::test(flavor = "multi_thread")]
async fn one_request_id_fifty_times_at_once_has_one_effect_and_one_answer() {
    on_both_engines(|t| async move {
        let (flow, caller, id) = (&t.running.flow, testkit::callers::individual(), Uuid::new_v4());
        let all = (0..50).map(|_| flow.run(caller.clone(), id, Add::by(3)));
        for answer in futures::future::join_all(all).await {
            assert_eq!(answer.unwrap(), 3);
        }
        assert_eq!(value(flow).await, 3);
        assert_eq!(t.told::<OrderPaid>(1).await.len(), 1);
    })
    .await;
}

// R15
#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_is_known_for_thirty_days_and_then_forgotten() {
    on_both_engines(|t| async move {
        let (flow, caller, old, new) =
            (&t.running.flow, testkit::callers::individual(), Uuid::new_v4(), Uuid::new_v4());
        let day = |start| Slot { start, now: start };
        flow.run(caller.clone(), old, Add::by(1)).await.unwrap();
        t.clock.advance(chrono::Duration::days(30));
        flow.run(caller.clone(), new, Add::by(10)).await.unwrap();
        flow::forget_requests(flow.clone(), day(t.clock.now())).await.unwrap();
        assert_eq!(flow.run(caller.clone(), old, Add::by(1)).await.unwrap(), 1, "to the last moment");
        t.clock.advance(chrono::Duration::microseconds(1));
        flow::forget_requests(flow.clone(), day(t.clock.now())).await.unwrap();
        assert_eq!(flow.run(caller.clone(), old, Add::by(1)).await.unwrap(), 12, "another request by now");
        assert_eq!(flow.run(caller, new, Add::by(10)).await.unwrap(), 11, "younger ones stay");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_content_or_another_caller_is_another_matter() {
    on_both_engines(|t| async move {
        let (flow, caller, id) = (&t.running.flow, testkit::callers::individual(), Uuid::new_v4());
        flow.run(caller.clone(), id, Add::by(1)).await.unwrap();
        let no = flow.run(caller, id, Add::by(2)).await.unwrap_err();
        assert_eq!(no.refusal().unwrap().reason(), "REQUEST_ID_REUSED");
        assert_eq!(flow.run(testkit::callers::individual(), id, Add::by(2)).await.unwrap(), 3);
        let nobody = flow.run(Caller::anyone(), id, Add::by(2)).await.unwrap_err();
        assert_eq!(nobody.refusal().unwrap().reason(), "SIGN_IN_REQUIRED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_leaves_nothing_unless_it_keeps() {
    on_both_engines(|t| async move {
        let (flow, caller, id) = (&t.running.flow, testkit::callers::individual(), Uuid::new_v4());
        let add = |keep| Add { most: 0, keep, ..Add::by(5) };
        assert!(flow.run(caller.clone(), id, add(false)).await.is_err());
        assert_eq!(value(flow).await, 0);
        assert!(flow.run(caller.clone(), id, add(true)).await.is_err());
        assert_eq!(value(flow).await, 5);
        // The id is free again: what was refused is decided anew.
        assert!(flow.run(caller, id, add(true)).await.is_err());
        assert_eq!(value(flow).await, 10);
        assert_eq!(t.told::<OrderPaid>(2).await.len(), 2);
        assert!(t.told::<MessagesReported>(0).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_stops_nothing_half_way() {
    on_both_engines(|t| async move {
        let (flow, caller, id) = (&t.running.flow, testkit::callers::individual(), Uuid::new_v4());
        let slow = Add { linger_ms: 200, ..Add::by(7) };
        let _ = tokio::time::timeout(Duration::from_millis(50), flow.run(caller.clone(), id, slow)).await;
        let again = Add { linger_ms: 200, ..Add::by(7) };
        assert_eq!(flow.run(caller, id, again).await.unwrap(), 7, "the same id finds the first one's answer");
        assert_eq!(value(flow).await, 7);
    })
    .await;
}

/// sqlx 0.9.0: a dropped `begin()` can leave a pooled connection inside a transaction; what the next user writes there
/// would be lost. The ROLLBACK before each acquire is what this proves.
#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_writes_survive_dropped_begins() {
    on_both_engines(|t| async move {
        let flow = &t.running.flow;
        // 32 clients at a pool of 10, each hanging up after a different moment, beside writes that are acknowledged.
        let hang_up = |client: u64| async move {
            for round in 0..60_u64 {
                let begun = flow.db().write().begin();
                let _ = tokio::time::timeout(Duration::from_millis((client + round) % 4), begun).await;
            }
        };
        let write = || async {
            for _ in 0..15 {
                let add = "UPDATE counter SET value = value + 1";
                flow.db().write().execute_unprepared(add).await.unwrap();
            }
        };
        let (writes, clients) = ((0..10).map(|_| write()), (0..32).map(hang_up));
        futures::future::join(futures::future::join_all(writes), futures::future::join_all(clients)).await;
        // Seen by somebody else, since the connection in question sees its own uncommitted rows.
        let other = flow::Db::open(&t.url, 1).await.unwrap();
        let read = Statement::from_string(other.read().get_database_backend(), "SELECT value FROM counter");
        let row = other.read().query_one_raw(read).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "value").unwrap(), 150);
    })
    .await;
}

#[derive(Serialize)]
struct Tick;

impl Verb for Tick {
    const NAME: &'static str = "Tick";
    type Answer = Done;
    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let value = tx.perform(&Add::by(1)).await?;
        Ok(if value % 3 == 0 { Done::All } else { Done::More })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_done_once_a_slot_and_goes_on_while_there_is_more() {
    on_both_engines(|t| async move {
        let flow = t.running.flow.clone();
        let stop = tokio_util::sync::CancellationToken::new();
        let job = Job::verb("tick", Every::day(), |_: Slot| Tick);
        let turning = [job.clone(), job].map(|job| tokio::spawn(job.turn(flow.clone(), stop.clone())));
        t.until("the first slot", || async { (value(&flow).await >= 3).then_some(()) }).await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        let first = value(&flow).await;
        assert!(first % 3 == 0, "{first}");
        t.clock.advance(chrono::Duration::days(1));
        t.until("the next slot", || async { (value(&flow).await > first).then_some(()) }).await;
        stop.cancel();
        for one in turning {
            one.await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_applied_once_however_often_it_comes() {
    on_both_engines(|t| async move {
        let flow = t.running.flow.clone();
        let when = flow::When::new("order_paid", |_: Flow, _: OrderPaid| async { Ok::<_, Stop>(Add::by(1)) });
        let inbox = flow::Inbox::new(flow.clone(), [when]);
        let event = t.event("ord", OrderPaid::default());
        for _ in 0..3 {
            assert!(matches!(flow::Consumer::take(&inbox, &event).await, flow::Taken::Done));
        }
        assert_eq!(value(&flow).await, 1);
        let poison = flow::Event { payload: vec![0xff], ..t.event("ord", OrderPaid::default()) };
        assert!(matches!(flow::Consumer::take(&inbox, &poison).await, flow::Taken::Failed(_)));
    })
    .await;
}

// R10, R17
#[tokio::test(flavor = "multi_thread")]
async fn events_that_share_a_transaction_are_each_applied_once_whatever_becomes_of_the_others() {
    on_both_engines(|t| async move {
        let flow = t.running.flow.clone();
        // The version says by how much; the one that says 0 always fails, and takes nothing of the others with it.
        let when = flow::When::new("order_paid", |_: Flow, fact: OrderPaid| async move {
            match fact.order {
                None => Ok::<_, Stop>(Add::by(1)),
                Some(_) => Ok(Add { most: 0, ..Add::by(1_000) }),
            }
        });
        let inbox = std::sync::Arc::new(flow::Inbox::new(flow.clone(), [when]));
        let poison = OrderPaid { order: Some(contract::billing::v1::OrderContent::default()) };
        let mut events: Vec<_> = (0..120).map(|n| t.event(&format!("ord-{n}"), OrderPaid::default())).collect();
        events.insert(60, t.event("ord-poison", poison));
        for _ in 0..3 {
            let all = events.clone().into_iter().map(|event| {
                let inbox = inbox.clone();
                tokio::spawn(async move { flow::Consumer::take(inbox.as_ref(), &event).await })
            });
            let taken = futures::future::join_all(all).await;
            for (n, taken) in taken.into_iter().enumerate() {
                let taken = taken.unwrap();
                assert_eq!(matches!(taken, flow::Taken::Failed(_)), n == 60, "{n}: {taken:?}");
            }
            assert_eq!(value(&flow).await, 120);
        }
        assert_eq!(t.told::<OrderPaid>(120).await.len(), 120);
    })
    .await;
}
