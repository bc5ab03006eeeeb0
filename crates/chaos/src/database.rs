//! The services' databases, looked at from outside: by the checks, and by what tampers with them on purpose.

use std::time::Duration;

use anyhow::Context as _;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, FromQueryResult, Statement};
use story::fleet::Fleet;

/// A connection of our own; it comes back by itself when PostgreSQL does.
pub struct Sql(DatabaseConnection);

/// One for each service.
pub struct Databases {
    /// Accounts, the audit trail.
    pub identity: Sql,
    /// Orders, purchases.
    pub billing: Sql,
    /// Memberships.
    pub membership: Sql,
    /// Lots, sends, gifts.
    pub voucher: Sql,
    /// Messages.
    pub notification: Sql,
}

#[derive(FromQueryResult)]
struct Text {
    value: Option<String>,
}

impl Sql {
    /// Connects.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(2).acquire_timeout(Duration::from_secs(5)).sqlx_logging(false);
        Ok(Self(Database::connect(options).await.context("PostgreSQL does not answer")?))
    }

    /// Does statements.
    pub async fn run(&self, statements: &str) -> anyhow::Result<()> {
        self.0.execute_unprepared(statements).await.with_context(|| statements.to_owned())?;
        Ok(())
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, question: &str) -> anyhow::Result<Vec<String>> {
        let question = format!("SELECT CAST(value AS text) AS value FROM ({question}) AS asked(value)");
        let statement = Statement::from_string(self.0.get_database_backend(), question.clone());
        let rows = self.0.query_all_raw(statement).await.with_context(|| question.clone())?;
        let texts = rows.iter().map(|row| Ok(Text::from_query_result(row, "")?.value.unwrap_or_default()));
        texts.collect()
    }

    /// The only value of a question, a whole number.
    pub async fn number(&self, question: &str) -> anyhow::Result<i64> {
        let texts = self.texts(question).await?;
        let only = texts.first().with_context(|| question.to_owned())?;
        Ok(if only.is_empty() { 0 } else { only.parse()? })
    }
}

impl Databases {
    /// All of a fleet's.
    pub async fn of(fleet: &Fleet) -> anyhow::Result<Self> {
        let url = |service| fleet.setting(service, "DURE__DATABASE__URL");
        Ok(Self {
            identity: Sql::open(url("identity")?).await?,
            billing: Sql::open(url("billing")?).await?,
            membership: Sql::open(url("membership")?).await?,
            voucher: Sql::open(url("voucher")?).await?,
            notification: Sql::open(url("notification")?).await?,
        })
    }

    /// With their services' names.
    pub fn all(&self) -> [(&'static str, &Sql); 5] {
        [
            ("identity", &self.identity),
            ("billing", &self.billing),
            ("membership", &self.membership),
            ("voucher", &self.voucher),
            ("notification", &self.notification),
        ]
    }

    /// By name.
    pub fn named(&self, service: &str) -> anyhow::Result<&Sql> {
        let found = self.all().into_iter().find(|(name, _)| *name == service);
        found.map(|(_, sql)| sql).with_context(|| format!("no service {service}"))
    }
}
