//! Notices to companies (VO-15), gifts found and claimed by a verified phone (VO-10), progress as counters and the alarm
//! on a late hand-over (VO-8), one credit a wallet's reference (VO-17), and counts of attempts that end.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, prelude::async_trait::async_trait, sea_orm::DbErr,
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0007_watch"
    }
}

const CHANGES: &[&str] = &[
    "ALTER TABLE lots ADD COLUMN noticed_days bigint",
    "CREATE INDEX lots_open_through ON lots (valid_through) WHERE state = 'open'",
    "CREATE INDEX ledger_expiries ON ledger_entries (at) WHERE movement IN ('expire_lot', 'expire_gifts')",
    // The same pairs by phone first: a phone's gifts of every send, and still a send's phones (VO-18).
    "DROP INDEX recipients_by_phone",
    "CREATE INDEX recipients_by_phone ON recipients (phone, send_id)",
    "
CREATE TABLE phone_proofs (
    id {id} PRIMARY KEY,
    phone_digest {bytes} NOT NULL UNIQUE,
    phone_sealed {bytes} NOT NULL,
    code_digest {bytes} NOT NULL,
    tries bigint NOT NULL,
    expires_at {instant} NOT NULL
)",
    "
CREATE TABLE send_progress (
    send_id {id} PRIMARY KEY REFERENCES sends (id),
    handed_over bigint NOT NULL,
    delivered bigint NOT NULL,
    failed bigint NOT NULL
)",
    "INSERT INTO send_progress (send_id, handed_over, delivered, failed) \
     SELECT send_id, SUM(CASE WHEN message_state >= 2 THEN 1 ELSE 0 END), SUM(CASE WHEN message_state = 3 THEN 1 ELSE 0 END), \
     SUM(CASE WHEN message_state = 4 THEN 1 ELSE 0 END) FROM gifts GROUP BY send_id",
    "ALTER TABLE sends ADD COLUMN judged_at {instant}",
    "ALTER TABLE sends ADD COLUMN late boolean NOT NULL DEFAULT FALSE",
    "CREATE INDEX sends_unjudged ON sends (id) WHERE judged_at IS NULL AND state IN ('scheduled', 'sending', 'completed')",
    "CREATE INDEX sends_late ON sends (id) WHERE late",
    "
CREATE TABLE wallet_references (
    reference text PRIMARY KEY,
    gift_id {id} NOT NULL UNIQUE REFERENCES gifts (id)
)",
    "INSERT INTO wallet_references (reference, gift_id) \
     SELECT wallet_reference, id FROM gifts WHERE wallet_reference IS NOT NULL",
    // Windows are a day at most: counts that do not say when theirs ends begin anew, once.
    "DELETE FROM attempts",
    "ALTER TABLE attempts ADD COLUMN ends_at {instant}",
    "CREATE INDEX attempts_by_end ON attempts (ends_at)",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, CHANGES).await
    }
}
