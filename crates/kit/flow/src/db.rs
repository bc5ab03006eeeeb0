//! Two engines behind one URL: PostgreSQL, and SQLite for the embedded mode (one writer that begins IMMEDIATE, and
//! readers beside it).

use std::time::Duration;

use anyhow::Context;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Production, and every test.
    Postgres,
    /// Embedded, and every test.
    Sqlite,
}

/// A database: where to write, where to read, where to begin.
#[derive(Debug, Clone)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
}

/// Connections for single statements outside any verb: migrations, forgetting, the mailbox.
const FOR_STATEMENTS: u32 = 4;

impl Db {
    /// Opens `postgres://…` or `sqlite:<file>` (made if it is not there).
    pub async fn open(url: &str, connections: u32) -> anyhow::Result<Self> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            return Self::sqlite(file.trim_start_matches("//"))
                .await
                .with_context(|| format!("cannot open the SQLite file {file}"));
        }
        anyhow::ensure!(url.starts_with("postgres"), "database.url must start with postgres:// or sqlite:");
        // The verbs begin on the readers' connections. Whoever uses one begins first or only reads: if it were still inside
        // the transaction of a begin() that was dropped half-way, nothing would be lost. A single statement that writes
        // there would be, so those have connections of their own that are rolled back before each use.
        let connect = |options| Database::connect(options);
        let read = connect(postgres(url, connections)).await.context("cannot connect to PostgreSQL (database.url)")?;
        let write = connect(rolled_back(postgres(url, FOR_STATEMENTS))).await?;
        Ok(Self { write, read })
    }

    /// On a connection that is open already, for reads and writes alike: how the simulation brings a store of its own.
    pub fn on(connection: DatabaseConnection) -> Self {
        Self { read: connection.clone(), write: connection }
    }

    async fn sqlite(file: &str) -> Result<Self, DbErr> {
        let url = format!("sqlite://{file}?mode=rwc");
        let write = Database::connect(sqlite(&url, 1)).await?;
        write.execute_unprepared("PRAGMA journal_mode = WAL").await?;
        let read = Database::connect(sqlite(&url, 4)).await?;
        Ok(Self { write, read })
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        match self.write.get_database_backend() {
            DbBackend::Sqlite => Engine::Sqlite,
            _ => Engine::Postgres,
        }
    }

    /// For reads.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For migrations and single statements outside any verb.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// A transaction that may write.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        match self.engine() {
            Engine::Postgres => self.read.begin().await,
            Engine::Sqlite => {
                let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
                let options = TransactionOptions { sqlite_transaction_mode, ..Default::default() };
                self.write.begin_with_options(options).await
            }
        }
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.read.execute_raw(Statement::from_string(self.read.get_database_backend(), "SELECT 1")).await.map(drop)
    }
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_postgres_opts(|o| {
            o.options([
                ("statement_timeout", "10s"),
                ("lock_timeout", "5s"),
                ("idle_in_transaction_session_timeout", "10s"),
            ])
        });
    options
}

/// A begin() dropped half-way leaves a connection inside a transaction; whoever gets it next would write into that, and
/// lose it. ROLLBACK outside a transaction is only a warning, but also a way to the server and back.
fn rolled_back(mut options: ConnectOptions) -> ConnectOptions {
    options.map_sqlx_postgres_before_acquire(|connection, _| {
        Box::pin(async move {
            if !crate::sabotage::breaks("cancel-stops-work") {
                sea_orm::sqlx::Executor::execute(connection, "ROLLBACK").await?;
            }
            Ok(true)
        })
    });
    options
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|o| o.busy_timeout(Duration::from_secs(30)).foreign_keys(true));
    options
}
