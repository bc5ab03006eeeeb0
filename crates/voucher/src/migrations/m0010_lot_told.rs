//! Which version of a lot was told last (BI-24). A table of its own: the lot's row is busy.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, prelude::async_trait::async_trait, sea_orm::DbErr,
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0010_lot_told"
    }
}

const CHANGES: &[&str] = &["CREATE TABLE lot_told (lot_id {id} PRIMARY KEY, version bigint NOT NULL)"];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, CHANGES).await
    }
}
