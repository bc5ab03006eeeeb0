//! The audit trail and its head (ID-29).

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::async_trait::async_trait,
    schema::{big_integer, binary, integer, string, text, timestamp_with_time_zone, uuid_null},
    sea_query::Table,
};

pub struct Trail;

impl MigrationName for Trail {
    fn name(&self) -> &str {
        "m0004_trail"
    }
}

#[async_trait]
impl MigrationTrait for Trail {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let entry = Table::create()
            .table("audit_entry")
            .col(big_integer("number").primary_key())
            .col(timestamp_with_time_zone("at"))
            .col(string("actor"))
            .col(string("action"))
            .col(string("subject"))
            .col(uuid_null("company_id"))
            .col(string("address"))
            .col(text("detail"))
            .col(binary("hash"))
            .to_owned();
        let head = Table::create()
            .table("audit_head")
            .col(integer("id").primary_key())
            .col(big_integer("number"))
            .col(binary("hash"))
            .to_owned();
        let indexes = ["CREATE INDEX audit_of_company ON audit_entry (company_id, number)"];
        super::create(m, vec![entry, head], &indexes).await?;
        // SHA-256 of nothing stands before the first entry.
        let genesis = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let literal = match m.get_database_backend() {
            sea_orm::DbBackend::Postgres => format!("'\\x{genesis}'"),
            _ => format!("X'{genesis}'"),
        };
        let sql = format!("INSERT INTO audit_head (id, number, hash) VALUES (1, 0, {literal})");
        m.get_connection().execute_unprepared(&sql).await.map(drop)
    }
}
