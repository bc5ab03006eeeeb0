//! The voucher service's database, looked at and measured from outside.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, FromQueryResult, Statement};

/// A connection of our own.
pub struct Sql(DatabaseConnection);

#[derive(FromQueryResult)]
struct Text {
    value: Option<String>,
}

impl Sql {
    /// Connects once, without any time limit.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        Ok(Self(Database::connect(options).await?))
    }

    /// Does statements; answers how long they took.
    pub async fn run(&self, statements: &str) -> anyhow::Result<Duration> {
        let start = Instant::now();
        self.0.execute_unprepared(statements).await.with_context(|| statements.to_owned())?;
        Ok(start.elapsed())
    }

    /// The only value of a question, as text.
    pub async fn text(&self, question: &str) -> anyhow::Result<String> {
        let question = format!("SELECT CAST(({question}) AS text) AS value");
        let statement = Statement::from_string(self.0.get_database_backend(), question.clone());
        let row = self.0.query_one_raw(statement).await?.with_context(|| question.clone())?;
        Text::from_query_result(&row, "")?.value.with_context(|| question)
    }

    /// The same, a whole number.
    pub async fn number(&self, question: &str) -> anyhow::Result<u64> {
        Ok(self.text(question).await?.parse()?)
    }
}
