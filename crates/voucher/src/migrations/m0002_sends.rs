//! Sends, sheets, recipients and gifts (VO-3 to VO-13). A recipient of a send has at most one gift, a code at most one
//! gift, and a verification is used at most once.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, prelude::async_trait::async_trait, sea_orm::DbErr,
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0002_sends"
    }
}

const TABLES: &[&str] = &[
    "
CREATE TABLE sends (
    id {id} PRIMARY KEY,
    company_id {id} NOT NULL,
    lot_id {id} NOT NULL REFERENCES lots (id),
    applicant_id {id} NOT NULL,
    title text NOT NULL,
    scheduled_at {instant},
    subject text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'awaiting_approval', 'scheduled', 'sending', 'completed', 'cancelled')),
    recipient_count bigint NOT NULL CHECK (recipient_count >= 0),
    total bigint NOT NULL CHECK (total >= 0),
    next_number bigint NOT NULL,
    issued_through bigint NOT NULL,
    due_at {instant},
    created_at {instant} NOT NULL,
    confirmed_at {instant},
    started_at {instant},
    ended_at {instant},
    version bigint NOT NULL
)",
    "CREATE INDEX sends_by_company ON sends (company_id, id)",
    "CREATE INDEX sends_due ON sends (due_at) WHERE state IN ('scheduled', 'sending')",
    "
CREATE TABLE sheets (
    id {id} PRIMARY KEY,
    company_id {id} NOT NULL,
    send_id {id} NOT NULL REFERENCES sends (id),
    format text NOT NULL,
    letters text NOT NULL,
    right_count bigint NOT NULL,
    repeated_count bigint NOT NULL,
    wrong_count bigint NOT NULL,
    blank_count bigint NOT NULL,
    right_total bigint NOT NULL,
    repeated_total bigint NOT NULL,
    taken_at {instant},
    created_at {instant} NOT NULL
)",
    "
CREATE TABLE sheet_rows (
    sheet_id {id} NOT NULL REFERENCES sheets (id),
    number bigint NOT NULL,
    verdict text NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    amount bigint,
    problems text NOT NULL,
    PRIMARY KEY (sheet_id, number)
)",
    "
CREATE TABLE recipients (
    id {id} PRIMARY KEY,
    send_id {id} NOT NULL REFERENCES sends (id),
    number bigint NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    UNIQUE (send_id, number)
)",
    "
CREATE TABLE gifts (
    id {id} PRIMARY KEY,
    company_id {id} NOT NULL,
    lot_id {id} NOT NULL REFERENCES lots (id),
    send_id {id} NOT NULL REFERENCES sends (id),
    recipient_id {id} NOT NULL UNIQUE REFERENCES recipients (id),
    number bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    code_digest {bytes} NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('unclaimed', 'claimed', 'recalled', 'declined', 'expired')),
    message_state smallint NOT NULL CHECK (message_state BETWEEN 1 AND 4),
    valid_through {day} NOT NULL,
    issued_at {instant} NOT NULL,
    ended_at {instant},
    redeemed_at {instant},
    wallet_reference text UNIQUE,
    UNIQUE (send_id, number),
    CHECK ((state = 'unclaimed') = (ended_at IS NULL)),
    CHECK (redeemed_at IS NULL OR state = 'claimed')
)",
    "CREATE INDEX gifts_by_lot ON gifts (lot_id, state)",
    "
CREATE TABLE verifications (
    id {id} PRIMARY KEY,
    send_id {id} NOT NULL REFERENCES sends (id),
    used_at {instant} NOT NULL
)",
    "
CREATE TABLE attempts (
    counted {bytes} NOT NULL,
    slot bigint NOT NULL,
    attempts bigint NOT NULL,
    PRIMARY KEY (counted, slot)
)",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, TABLES).await
    }
}
