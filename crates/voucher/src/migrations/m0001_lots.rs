//! Lots and their ledger (VO-1, VO-2). The identity is a CHECK, an entry cannot be changed or removed, and one cause
//! moves value once.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::async_trait::async_trait,
    sea_orm::{DbBackend, DbErr},
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0001_lots"
    }
}

const LOTS: &str = "
CREATE TABLE lots (
    id {id} PRIMARY KEY,
    company_id {id} NOT NULL,
    purchase_id text NOT NULL UNIQUE,
    face bigint NOT NULL CHECK (face > 0),
    available bigint NOT NULL CHECK (available >= 0),
    reserved bigint NOT NULL CHECK (reserved >= 0),
    outstanding bigint NOT NULL CHECK (outstanding >= 0),
    claimed bigint NOT NULL CHECK (claimed >= 0),
    expired bigint NOT NULL CHECK (expired >= 0),
    refunded bigint NOT NULL CHECK (refunded >= 0),
    funded_on {day} NOT NULL,
    valid_through {day} NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed', 'expired', 'parked')),
    version bigint NOT NULL,
    created_at {instant} NOT NULL,
    CHECK (available + reserved + outstanding + claimed + expired + refunded = face),
    CHECK (state <> 'closed' OR (available = 0 AND reserved = 0 AND outstanding = 0))
)";

const ENTRIES: &str = "
CREATE TABLE ledger_entries (
    lot_id {id} NOT NULL REFERENCES lots (id),
    sequence bigint NOT NULL,
    movement text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    reference {id} NOT NULL,
    at {instant} NOT NULL,
    PRIMARY KEY (lot_id, sequence),
    UNIQUE (movement, reference),
    CHECK (from_account <> to_account)
)";

const APPEND_ONLY_POSTGRES: &[&str] = &[
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ledger_entries is append-only'; END $$",
    "CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()",
];
const APPEND_ONLY_SQLITE: &[&str] = &[
    "CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END",
    "CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, &[LOTS, "CREATE INDEX lots_by_company ON lots (company_id, id)", ENTRIES]).await?;
        let append_only = match manager.get_database_backend() {
            DbBackend::Postgres => APPEND_ONLY_POSTGRES,
            _ => APPEND_ONLY_SQLITE,
        };
        super::statements(manager, append_only).await
    }
}
