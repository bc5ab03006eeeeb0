//! What is used: users in seats, quotas, holds, switches, reports.
//! Last lines of the rules: a user sits once (ME-7), a quota is counted in one row a period and never below zero (ME-10).

use sea_orm::ConnectionTrait;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::{DbErr, async_trait::async_trait},
    schema::{big_integer, boolean, string, timestamp_with_time_zone, uuid},
    sea_query::{Expr, ExprTrait, Index, Table},
};

/// See the module.
pub struct Tables;

impl MigrationName for Tables {
    fn name(&self) -> &str {
        "m0002_use"
    }
}

#[async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("site_users")
                .col(uuid("site_id"))
                .col(string("user_id"))
                .col(timestamp_with_time_zone("admitted_at"))
                .primary_key(Index::create().col("site_id").col("user_id"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("quota_uses")
                .col(uuid("site_id"))
                .col(string("feature"))
                .col(string("period"))
                .col(big_integer("used").check(Expr::col("used").gte(0)))
                .primary_key(Index::create().col("site_id").col("feature").col("period"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("holds")
                .col(uuid("id").primary_key())
                .col(uuid("site_id"))
                .col(string("feature"))
                .col(big_integer("amount").check(Expr::col("amount").gt(0)))
                .col(string("state"))
                .col(timestamp_with_time_zone("lapses_at"))
                .to_owned(),
        )
        .await?;
        m.get_connection()
            .execute_unprepared("CREATE INDEX holds_standing ON holds (site_id) WHERE state = 'held'")
            .await?;
        m.create_table(
            Table::create()
                .table("feature_switches")
                .col(uuid("id").primary_key())
                .col(uuid("site_id"))
                .col(string("feature"))
                .col(boolean("switched_on"))
                .col(string("switched_by"))
                .col(timestamp_with_time_zone("switched_at"))
                .to_owned(),
        )
        .await?;
        m.get_connection()
            .execute_unprepared("CREATE INDEX feature_switches_of_site ON feature_switches (site_id, id)")
            .await?;
        m.create_table(
            Table::create()
                .table("usage_reports")
                .col(uuid("site_id").primary_key())
                .col(timestamp_with_time_zone("measured_at"))
                .col(big_integer("users"))
                .col(big_integer("account_used_mb"))
                .col(big_integer("shared_used_mb"))
                .col(big_integer("account_mb"))
                .to_owned(),
        )
        .await
    }
}
