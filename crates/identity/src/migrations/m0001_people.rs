//! Accounts, verifications, consents.

use sea_orm::DbErr;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::async_trait::async_trait,
    schema::{
        big_integer, binary, binary_null, boolean, date_null, integer, string, string_null, text,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
    sea_query::{Index, Table},
};

pub struct People;

impl MigrationName for People {
    fn name(&self) -> &str {
        "m0001_people"
    }
}

#[async_trait]
impl MigrationTrait for People {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let account = Table::create()
            .table("account")
            .col(uuid("id").primary_key())
            .col(big_integer("version"))
            .col(string("login_id").unique_key())
            .col(string("kind"))
            .col(string("name"))
            .col(string("email"))
            .col(string_null("phone"))
            .col(date_null("birth"))
            .col(uuid_null("company_id"))
            .col(string("role"))
            .col(text("permissions"))
            .col(string("department"))
            .col(string("position"))
            .col(text("operator_roles"))
            .col(text("password"))
            .col(boolean("must_change"))
            .col(string("state"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("last_login_at"))
            .to_owned();
        let login_try = Table::create()
            .table("login_try")
            .col(string("login_id").primary_key())
            .col(integer("failed"))
            .col(timestamp_with_time_zone("last_at"))
            .to_owned();
        let verification = Table::create()
            .table("verification")
            .col(uuid("id").primary_key())
            .col(string("purpose"))
            .col(string("phone"))
            .col(integer("carrier"))
            .col(string("name"))
            .col(date_null("birth"))
            .col(integer("sex"))
            .col(boolean("foreigner"))
            .col(uuid_null("account_id"))
            .col(uuid_null("company_id"))
            .col(string("content_hash"))
            .col(binary("code_hash"))
            .col(binary_null("challenge_hash"))
            .col(integer("tries"))
            .col(string("state"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(uuid_null("jti").unique_key())
            .to_owned();
        let consent = Table::create()
            .table("consent")
            .col(uuid("id").primary_key())
            .col(uuid("account_id"))
            .col(string("key"))
            .col(integer("version"))
            .col(boolean("agreed"))
            .col(timestamp_with_time_zone("given_at"))
            .col(string("address"))
            .to_owned();
        let rate_limit = Table::create()
            .table("rate_limit")
            .col(string("name"))
            .col(binary("subject"))
            .col(text("taken"))
            .col(timestamp_with_time_zone("touched_at"))
            .primary_key(Index::create().col("name").col("subject"))
            .to_owned();
        super::create(
            m,
            vec![account, login_try, verification, consent, rate_limit],
            &[
                // ID-1: never two super admins.
                "CREATE UNIQUE INDEX account_one_super_admin ON account (company_id) WHERE role = 'super_admin' AND state = 'active'",
                "CREATE INDEX account_of_company ON account (company_id, created_at)",
                // ID-6: one live code per phone and purpose.
                "CREATE UNIQUE INDEX verification_one_live ON verification (phone, purpose) WHERE state = 'live'",
                "CREATE UNIQUE INDEX verification_challenge ON verification (challenge_hash)",
                "CREATE INDEX consent_of_account ON consent (account_id, given_at)",
            ],
        )
        .await
    }
}
