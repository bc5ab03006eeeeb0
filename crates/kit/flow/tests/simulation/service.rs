//! A simulated service: a store that outlives it, and lives on it. A life is a runtime of its own; a crash drops that with
//! every task in it, so everything not committed is gone, as with a killed process.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use flow::{Clock, Db, Flow, Inbox, Point, Taken, Watch};
use sea_orm::{
    SqlxSqliteConnector,
    sqlx::{
        AssertSqlSafe, Connection as _, SqliteConnection,
        pool::PoolOptions,
        query_scalar, raw_sql,
        sqlite::{SqliteConnectOptions, SqlitePool},
    },
};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, oneshot},
};
use words::Sealer;

use crate::{
    bank,
    bus::{Broker, Wire},
    dice::Dice,
};

/// What a piece of work comes to.
pub enum Outcome {
    /// A request was answered.
    Answer(Result<bank::Sent, flow::Stop>),
    /// An event was taken, or not.
    Taken(Taken),
    /// A relay's round is over.
    Relayed(Result<flow::Left, flow::Stop>),
}

/// What a piece of work says when it can go no further by itself.
pub enum Report {
    /// It waits at a point until told to go on; `true` while its transaction is open.
    Waits(&'static str, bool, oneshot::Sender<()>),
    /// It is over.
    Over(Outcome),
}

/// Where work can be kept waiting. One piece of work runs at a time, so there is no doubt whose it is.
pub struct Gate {
    dice: Dice,
    reports: mpsc::UnboundedSender<Report>,
}

impl Gate {
    /// Goes on at once, most of the time.
    pub async fn pass(&self, point: &'static str) {
        self.wait(point, false).await;
    }

    async fn wait(&self, point: &'static str, open: bool) {
        if self.dice.mishap(6) {
            let (go_on, gone_on) = oneshot::channel();
            let _ = self.reports.send(Report::Waits(point, open, go_on));
            // Nobody ever says so to a life that is over.
            let _ = gone_on.await;
        }
    }
}

#[async_trait::async_trait]
impl Watch for Gate {
    async fn at(&self, point: Point) {
        let open = matches!(point, Point::Begun | Point::Claimed | Point::Performed);
        self.wait(point.name(), open).await;
    }
}

/// A database in memory, open as long as the run lasts.
pub struct Store {
    options: SqliteConnectOptions,
    /// Keeps it in memory, and looks into it.
    keeper: SqliteConnection,
}

impl Store {
    /// With the pipeline's tables and the bank's.
    pub async fn new(tables: &'static str) -> Self {
        let options: SqliteConnectOptions = "sqlite::memory:".parse().expect("an address");
        let mut keeper = SqliteConnection::connect_with(&options).await.expect("a database in memory");
        raw_sql(flow_tables().await).execute(&mut keeper).await.expect("the pipeline's tables");
        raw_sql(tables).execute(&mut keeper).await.expect("the bank's tables");
        Self { options, keeper }
    }

    /// Waits until what a dead life had open is rolled back: that happens in a thread of the database's own.
    pub async fn settle(&mut self) {
        while raw_sql("BEGIN IMMEDIATE").execute(&mut self.keeper).await.is_err() {
            std::thread::yield_now();
        }
        raw_sql("ROLLBACK").execute(&mut self.keeper).await.expect("rolled back");
    }

    /// Whole numbers, one a row.
    pub async fn numbers(&mut self, sql: &'static str) -> Vec<i64> {
        query_scalar(sql).fetch_all(&mut self.keeper).await.expect("numbers")
    }

    /// Texts, one a row.
    pub async fn texts(&mut self, sql: &'static str) -> Vec<String> {
        query_scalar(sql).fetch_all(&mut self.keeper).await.expect("texts")
    }
}

/// The pipeline's own tables as its migrations make them, asked once for all runs.
async fn flow_tables() -> AssertSqlSafe<&'static str> {
    static SQL: OnceLock<String> = OnceLock::new();
    if SQL.get().is_none() {
        let pool = connect("sqlite::memory:".parse().expect("an address")).await;
        let db = Db::on(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone()));
        flow::migrate(&db, Vec::new).await.expect("migrated");
        let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name LIKE 'flow%'";
        let all: Vec<String> = query_scalar(sql).fetch_all(&pool).await.expect("the tables");
        let _ = SQL.set(all.join(";\n"));
    }
    AssertSqlSafe(SQL.get().expect("set above"))
}

/// One connection: reads wait for the writer, so nothing depends on which thread is faster.
async fn connect(options: SqliteConnectOptions) -> SqlitePool {
    PoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(std::time::Duration::from_secs(3600))
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .expect("a connection")
}

/// A life of a service.
pub struct Life {
    // First: the tasks go before what they use.
    runtime: Runtime,
    reports: mpsc::UnboundedReceiver<Report>,
    say: mpsc::UnboundedSender<Report>,
    pub flow: Flow,
    pub inbox: Arc<Inbox>,
    pub wire: Arc<Wire>,
}

impl Life {
    /// A new life on the store.
    pub fn begin(name: &'static str, store: &Store, clock: &Clock, dice: &Dice, broker: &Broker) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let (say, reports) = mpsc::unbounded_channel();
        let gate = Arc::new(Gate { dice: dice.clone(), reports: say.clone() });
        let pool = runtime.block_on(connect(store.options.clone()));
        let db = Db::on(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool));
        let flow = Flow::new(name, db, clock.clone(), Sealer::new([7; 32]));
        let flow = flow.with(Arc::new(dice.clone())).watched(gate.clone());
        let inbox = Arc::new(Inbox::new(flow.clone(), bank::whens(name)));
        let wire = Arc::new(Wire { broker: broker.clone(), dice: dice.clone(), gate });
        Self { runtime, reports, say, flow, inbox, wire }
    }

    /// Begins a piece of work and runs it as far as it goes.
    pub fn start(&mut self, work: Pin<Box<dyn Future<Output = Outcome> + Send>>) -> Report {
        let say = self.say.clone();
        self.runtime.spawn(async move {
            let outcome = work.await;
            let _ = say.send(Report::Over(outcome));
        });
        self.next()
    }

    /// Lets a waiting piece of work go on.
    pub fn resume(&mut self, go_on: oneshot::Sender<()>) -> Report {
        let _ = go_on.send(());
        self.next()
    }

    fn next(&mut self) -> Report {
        self.runtime.block_on(self.reports.recv()).expect("it holds a sender itself")
    }
}
