//! What a purchase's lot holds (BI-24), payouts of refunds (BI-22), what a deposit is for (BI-27), and the day a company's
//! registration changed (BI-21).

use sea_orm_migration::prelude::*;

/// See the module.
pub struct Purchases;

impl MigrationName for Purchases {
    fn name(&self) -> &'static str {
        "m0002_purchases"
    }
}

/// `{uuid}` stands for the engine's own type.
const CHANGES: &[&str] = &[
    "ALTER TABLE company ADD COLUMN registration_changed_on DATE",
    "CREATE TABLE lot (purchase_id {uuid} PRIMARY KEY, company_id {uuid} NOT NULL, version BIGINT NOT NULL, \
     available BIGINT NOT NULL CHECK (available >= 0), reserved BIGINT NOT NULL CHECK (reserved >= 0))",
    "CREATE INDEX lot_of_company ON lot (company_id)",
    "ALTER TABLE deposit ADD COLUMN subject_id {uuid}",
    "CREATE INDEX deposit_of_subject ON deposit (subject_id, id)",
    "CREATE TABLE payout (id {uuid} PRIMARY KEY, version BIGINT NOT NULL, company_id {uuid} NOT NULL, \
     purchase_id {uuid} NOT NULL, state TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0), bank_reference TEXT, \
     content TEXT NOT NULL, CONSTRAINT payout_purchase_id UNIQUE (purchase_id), \
     CONSTRAINT payout_bank_reference UNIQUE (bank_reference))",
    "CREATE INDEX payout_of_state ON payout (state, id)",
    "CREATE INDEX payout_of_company ON payout (company_id, state)",
];

#[async_trait::async_trait]
impl MigrationTrait for Purchases {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = match manager.get_database_backend() {
            sea_orm::DbBackend::Postgres => "UUID",
            _ => "BLOB",
        };
        for change in CHANGES {
            manager.get_connection().execute_unprepared(&change.replace("{uuid}", uuid)).await?;
        }
        Ok(())
    }
}
