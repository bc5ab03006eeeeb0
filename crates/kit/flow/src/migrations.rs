//! The pipeline's own tables, and running migrations: in one transaction under an advisory lock, so that eight
//! migrators at once do it once.

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTraitSelf, SchemaManager,
    prelude::async_trait::async_trait,
    schema::{
        big_integer, big_pk_auto, binary, binary_null, string, string_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_uniq,
    },
    sea_query::{Index, Table},
};

use crate::{Db, Engine};

/// A service's migrations, behind the pipeline's own.
struct All(fn() -> Vec<Box<dyn MigrationTrait>>);

impl MigratorTraitSelf for All {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let mut all: Vec<Box<dyn MigrationTrait>> = vec![Box::new(FlowTables), Box::new(FlowRequestsByAge)];
        all.extend((self.0)());
        all
    }
}

/// Brings the database up to what this build needs.
pub async fn migrate(db: &Db, migrations: fn() -> Vec<Box<dyn MigrationTrait>>) -> Result<(), DbErr> {
    let tx = db.write().begin().await?;
    if db.engine() == Engine::Postgres {
        for setting in ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"] {
            tx.execute_unprepared(&format!("SET LOCAL {setting} = 0")).await?;
        }
        if !crate::sabotage::breaks("migrate-without-lock") {
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(hashtext('dure-migrate'))").await?;
        }
    }
    All(migrations).up(&tx, None).await?;
    tx.commit().await
}

/// How many migrations the database lacks: above 0 the service is not ready.
pub async fn pending_migrations(db: &Db, migrations: fn() -> Vec<Box<dyn MigrationTrait>>) -> Result<usize, DbErr> {
    Ok(All(migrations).get_pending_migrations(db.write()).await?.len())
}

struct FlowTables;

impl MigrationName for FlowTables {
    fn name(&self) -> &str {
        "m0000_flow"
    }
}

#[async_trait]
impl MigrationTrait for FlowTables {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("flow_request")
                .col(string("scope"))
                .col(uuid("request_id"))
                .col(string("verb"))
                .col(binary("digest"))
                .col(binary_null("answer"))
                .col(timestamp_with_time_zone("created_at"))
                .primary_key(Index::create().col("scope").col("request_id"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("flow_outbox")
                .col(big_pk_auto("seq"))
                .col(uuid_uniq("event_id"))
                .col(string("kind"))
                .col(string("source"))
                .col(string("subject"))
                .col(big_integer("version"))
                .col(timestamp_with_time_zone("told_at"))
                .col(string_null("trace"))
                .col(binary("payload"))
                .col(timestamp_with_time_zone_null("sent_at"))
                .to_owned(),
        )
        .await?;
        m.get_connection()
            .execute_unprepared("CREATE INDEX flow_outbox_unsent ON flow_outbox (seq) WHERE sent_at IS NULL")
            .await?;
        m.create_table(
            Table::create()
                .table("flow_job")
                .col(string("name").primary_key())
                .col(big_integer("slot"))
                .col(timestamp_with_time_zone("done_at"))
                .to_owned(),
        )
        .await
    }
}

struct FlowRequestsByAge;

impl MigrationName for FlowRequestsByAge {
    fn name(&self) -> &str {
        "m0000_flow_requests_by_age"
    }
}

#[async_trait]
impl MigrationTrait for FlowRequestsByAge {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE INDEX flow_request_by_age ON flow_request (created_at)";
        m.get_connection().execute_unprepared(sql).await.map(drop)
    }
}
