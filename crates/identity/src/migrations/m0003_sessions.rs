//! Sessions, refresh tokens, product links.

use sea_orm::DbErr;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::async_trait::async_trait,
    schema::{binary, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
    sea_query::{Index, Table},
};

pub struct Sessions;

impl MigrationName for Sessions {
    fn name(&self) -> &str {
        "m0003_sessions"
    }
}

#[async_trait]
impl MigrationTrait for Sessions {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let session = Table::create()
            .table("session")
            .col(uuid("id").primary_key())
            .col(uuid("account_id"))
            .col(string("address"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("used_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .to_owned();
        let refresh = Table::create()
            .table("refresh_token")
            .col(binary("hash").primary_key())
            .col(uuid("session_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            .to_owned();
        let link = Table::create()
            .table("product_link")
            .col(uuid("site_id"))
            .col(string("product_account"))
            .col(uuid("account_id"))
            .col(timestamp_with_time_zone("linked_at"))
            // ID-22: one product account, one portal account.
            .primary_key(Index::create().col("site_id").col("product_account"))
            .to_owned();
        let assertion = Table::create()
            .table("assertion_seen")
            .col(uuid("site_id"))
            .col(string("jti"))
            .col(timestamp_with_time_zone("expires_at"))
            .primary_key(Index::create().col("site_id").col("jti"))
            .to_owned();
        super::create(
            m,
            vec![session, refresh, link, assertion],
            &[
                "CREATE INDEX session_of_account ON session (account_id, created_at)",
                "CREATE INDEX refresh_of_session ON refresh_token (session_id)",
                // ID-22, the other way round: one link per account and site.
                "CREATE UNIQUE INDEX product_link_of_account ON product_link (account_id, site_id)",
            ],
        )
        .await
    }
}
