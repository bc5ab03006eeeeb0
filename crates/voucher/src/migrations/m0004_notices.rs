//! The last notice an unclaimed gift's recipient had (VO-15), and the claims of a day (VO-17).

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, prelude::async_trait::async_trait, sea_orm::DbErr,
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0004_notices"
    }
}

const CHANGES: &[&str] = &[
    "ALTER TABLE gifts ADD COLUMN noticed_days bigint",
    "CREATE INDEX gifts_unclaimed_through ON gifts (valid_through) WHERE state = 'unclaimed'",
    "CREATE INDEX ledger_claims ON ledger_entries (at) WHERE movement = 'claim'",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, CHANGES).await
    }
}
