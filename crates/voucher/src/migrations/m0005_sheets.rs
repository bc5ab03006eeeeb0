//! Sheets as documents (VO-18): rows kept a thousand together, so that staging a hundred thousand takes a moment; what was
//! left out or sent before; which row a recipient came from, each row at most one; uploads that go on where they broke off.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::async_trait::async_trait,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0005_sheets"
    }
}

const CHANGES: &[&str] = &[
    "
CREATE TABLE sheet_blocks (
    sheet_id {id} NOT NULL REFERENCES sheets (id),
    first_number bigint NOT NULL,
    last_number bigint NOT NULL,
    rows text NOT NULL,
    PRIMARY KEY (sheet_id, first_number)
)",
    "ALTER TABLE sheets ADD COLUMN file_name text NOT NULL DEFAULT ''",
    "ALTER TABLE sheets ADD COLUMN repeat_days bigint NOT NULL DEFAULT 30",
    "ALTER TABLE sheets ADD COLUMN sent_before_count bigint NOT NULL DEFAULT 0",
    "ALTER TABLE sheets ADD COLUMN sent_before_total bigint NOT NULL DEFAULT 0",
    "ALTER TABLE sheets ADD COLUMN dropped_count bigint NOT NULL DEFAULT 0",
    "ALTER TABLE sheets ADD COLUMN lengths text NOT NULL DEFAULT '0 0 0'",
    "ALTER TABLE sheets ADD COLUMN took_repeated boolean",
    "ALTER TABLE sheets ADD COLUMN took_sent_before boolean",
    "ALTER TABLE recipients ADD COLUMN sheet_id {id}",
    "ALTER TABLE recipients ADD COLUMN sheet_row bigint",
    "CREATE UNIQUE INDEX recipients_of_sheet ON recipients (sheet_id, sheet_row)",
    "CREATE INDEX recipients_by_phone ON recipients (send_id, phone)",
    "
CREATE TABLE sheet_uploads (
    id {id} PRIMARY KEY,
    company_id {id} NOT NULL,
    slot bigint NOT NULL CHECK (slot BETWEEN 1 AND 5),
    send_id {id} NOT NULL REFERENCES sends (id),
    file_name text NOT NULL,
    size bigint,
    sha256 {bytes},
    repeat_days bigint NOT NULL,
    received bigint NOT NULL CHECK (received >= 0 AND (size IS NULL OR received <= size)),
    created_at {instant} NOT NULL,
    UNIQUE (company_id, slot)
)",
    "CREATE INDEX sheet_uploads_by_age ON sheet_uploads (created_at)",
    "
CREATE TABLE sheet_upload_parts (
    upload_id {id} NOT NULL REFERENCES sheet_uploads (id) ON DELETE CASCADE,
    place bigint NOT NULL,
    bytes {bytes} NOT NULL,
    PRIMARY KEY (upload_id, place)
)",
];

/// Rows staged before, by thousands. Of a wrong amount what was typed is not known any more.
const ROWS_TO_BLOCKS: [&str; 2] = [
    "INSERT INTO sheet_blocks (sheet_id, first_number, last_number, rows) \
     SELECT sheet_id, MIN(number), MAX(number), \
     json_agg(json_build_array(number, verdict, name, phone, COALESCE(amount::text, ''), NULL) ORDER BY number)::text \
     FROM sheet_rows GROUP BY sheet_id, number / 1000",
    "INSERT INTO sheet_blocks (sheet_id, first_number, last_number, rows) \
     SELECT sheet_id, MIN(number), MAX(number), \
     json_group_array(json_array(number, verdict, name, phone, COALESCE(CAST(amount AS text), ''), NULL)) \
     FROM (SELECT * FROM sheet_rows ORDER BY sheet_id, number) GROUP BY sheet_id, number / 1000",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, CHANGES).await?;
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            // Compressing the rows would take longer than writing them.
            db.execute_unprepared("ALTER TABLE sheet_blocks ALTER COLUMN rows SET STORAGE EXTERNAL").await?;
            db.execute_unprepared(ROWS_TO_BLOCKS[0]).await?;
        } else {
            db.execute_unprepared(ROWS_TO_BLOCKS[1]).await?;
        }
        db.execute_unprepared("DROP TABLE sheet_rows").await?;
        Ok(())
    }
}
