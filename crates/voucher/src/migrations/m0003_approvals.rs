//! Approval of large sends (VO-20): who confirmed a send and who decided on it, and the limit of a company.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, prelude::async_trait::async_trait, sea_orm::DbErr,
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0003_approvals"
    }
}

const CHANGES: &[&str] = &[
    "ALTER TABLE sends ADD COLUMN confirmed_by {id}",
    "ALTER TABLE sends ADD COLUMN decided_by {id}",
    "ALTER TABLE sends ADD COLUMN decided_at {instant}",
    "ALTER TABLE sends ADD COLUMN rejection text",
    "CREATE INDEX sends_awaiting ON sends (id) WHERE state = 'awaiting_approval'",
    "
CREATE TABLE send_policies (
    company_id {id} PRIMARY KEY,
    approval_above bigint CHECK (approval_above >= 0),
    set_at {instant} NOT NULL
)",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, CHANGES).await
    }
}
