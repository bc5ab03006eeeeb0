//! The first tables: what billing knows of companies and memberships, prices held, quotes, orders, consents, deposits,
//! purchases with their monthly allowance, policies, registered accounts.

use sea_orm_migration::prelude::*;

/// See the module.
pub struct First;

impl MigrationName for First {
    fn name(&self) -> &'static str {
        "m0001_first"
    }
}

/// `{uuid}`, `{bytes}`, `{instant}` stand for the engine's own types.
const TABLES: &[&str] = &[
    "CREATE TABLE company (id {uuid} PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, \
     verified BOOLEAN NOT NULL, voucher_member BOOLEAN NOT NULL, head_count BIGINT NOT NULL)",
    "CREATE TABLE membership (site_id {uuid} PRIMARY KEY, company_id {uuid} NOT NULL, revision BIGINT NOT NULL, \
     ended BOOLEAN NOT NULL, content TEXT NOT NULL)",
    "CREATE TABLE price_lock (id {uuid} PRIMARY KEY, account_id {uuid} NOT NULL, company_id {uuid}, content TEXT NOT NULL)",
    "CREATE TABLE consent (id {uuid} PRIMARY KEY, company_id {uuid} NOT NULL, content TEXT NOT NULL)",
    "CREATE TABLE quote_number (year INTEGER PRIMARY KEY, last BIGINT NOT NULL)",
    "CREATE TABLE quote (id {uuid} PRIMARY KEY, number TEXT NOT NULL, account_id {uuid} NOT NULL, company_id {uuid}, \
     contact {bytes} NOT NULL, content TEXT NOT NULL, CONSTRAINT quote_number_once UNIQUE (number))",
    "CREATE INDEX quote_of_account ON quote (account_id, id)",
    "CREATE INDEX quote_of_company ON quote (company_id, id)",
    "CREATE TABLE orders (id {uuid} PRIMARY KEY, version BIGINT NOT NULL, company_id {uuid} NOT NULL, \
     site_id {uuid} NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, total BIGINT NOT NULL CHECK (total >= 0), \
     reference TEXT NOT NULL, placed_at {instant} NOT NULL, placed_on DATE NOT NULL, pay_by DATE NOT NULL, \
     quote_id {uuid}, free_of {uuid}, converts {uuid}, content TEXT NOT NULL, \
     CONSTRAINT orders_reference UNIQUE (reference), CONSTRAINT orders_quote_id UNIQUE (quote_id), \
     CONSTRAINT orders_free_of UNIQUE (free_of), CONSTRAINT orders_converts UNIQUE (converts))",
    "CREATE INDEX orders_of_company ON orders (company_id, id)",
    "CREATE INDEX orders_unpaid ON orders (state, pay_by)",
    "CREATE INDEX orders_of_site ON orders (site_id)",
    "CREATE TABLE deposit (id {uuid} PRIMARY KEY, version BIGINT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0), \
     matched TEXT NOT NULL, state TEXT NOT NULL, depositor {bytes} NOT NULL, bank_reference TEXT, content TEXT NOT NULL, \
     CONSTRAINT deposit_bank_reference UNIQUE (bank_reference))",
    "CREATE TABLE policy (company_id {uuid} PRIMARY KEY, purchase_limit BIGINT NOT NULL CHECK (purchase_limit >= 0), \
     discounted_limit BIGINT NOT NULL CHECK (discounted_limit >= 0), \
     rate_basis_points BIGINT NOT NULL CHECK (rate_basis_points BETWEEN 0 AND 10000))",
    "CREATE TABLE allowance (company_id {uuid} NOT NULL, month INTEGER NOT NULL, face BIGINT NOT NULL CHECK (face >= 0), \
     discounted BIGINT NOT NULL CHECK (discounted >= 0 AND discounted <= face), PRIMARY KEY (company_id, month))",
    "CREATE TABLE registered_account (id {uuid} PRIMARY KEY, version BIGINT NOT NULL, company_id {uuid} NOT NULL, \
     state TEXT NOT NULL, active_of {uuid}, number {bytes} NOT NULL, bankbook_copy {bytes} NOT NULL, contact {bytes}, \
     content TEXT NOT NULL, CONSTRAINT registered_account_active_of UNIQUE (active_of))",
    "CREATE INDEX registered_account_of_company ON registered_account (company_id, id)",
    "CREATE TABLE purchase_number (company_id {uuid} PRIMARY KEY, last BIGINT NOT NULL)",
    "CREATE TABLE purchase (id {uuid} PRIMARY KEY, version BIGINT NOT NULL, company_id {uuid} NOT NULL, \
     account_id {uuid} NOT NULL, number BIGINT NOT NULL, state TEXT NOT NULL, face BIGINT NOT NULL CHECK (face > 0), \
     reference TEXT NOT NULL, applied_on DATE NOT NULL, pay_by DATE NOT NULL, deposit_id {uuid}, contact {bytes}, \
     content TEXT NOT NULL, CONSTRAINT purchase_reference UNIQUE (reference), \
     CONSTRAINT purchase_number_once UNIQUE (company_id, number), CONSTRAINT purchase_deposit_id UNIQUE (deposit_id))",
    "CREATE INDEX purchase_of_company ON purchase (company_id, id)",
    "CREATE INDEX purchase_unpaid ON purchase (state, pay_by)",
    "CREATE INDEX purchase_of_account ON purchase (account_id, state)",
];

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let types = match manager.get_database_backend() {
            sea_orm::DbBackend::Postgres => ["UUID", "BYTEA", "TIMESTAMPTZ"],
            _ => ["BLOB", "BLOB", "TEXT"],
        };
        for table in TABLES {
            let sql = ["{uuid}", "{bytes}", "{instant}"]
                .iter()
                .zip(types)
                .fold((*table).to_owned(), |sql, (word, its)| sql.replace(word, its));
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
