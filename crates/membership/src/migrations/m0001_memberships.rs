//! Sites, memberships and their history, and the orders that made them.
//! Last lines of the rules: one membership a site and one free one a company (ME-1), an order applied once (ME-2),
//! prefixes and domains unique (ME-4).

use sea_orm::ConnectionTrait;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::{DbErr, async_trait::async_trait},
    schema::{
        big_integer, binary, boolean, date, date_null, string, string_null, string_uniq, text,
        timestamp_with_time_zone, uuid, uuid_uniq,
    },
    sea_query::{Expr, ExprTrait, Index, Table},
};

/// See the module.
pub struct Tables;

impl MigrationName for Tables {
    fn name(&self) -> &str {
        "m0001_memberships"
    }
}

#[async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("sites")
                .col(uuid("id").primary_key())
                .col(uuid("company_id"))
                .col(string_uniq("prefix"))
                .col(string("wished_prefix"))
                .col(boolean("prefix_generated"))
                .col(string_null("domain").unique_key())
                .col(string("state"))
                .col(date("opened_on"))
                .col(uuid("main_administrator"))
                .col(big_integer("version"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("memberships")
                .col(uuid("id").primary_key())
                .col(uuid_uniq("site_id"))
                .col(uuid("company_id"))
                .col(string("base_service"))
                .col(boolean("paid"))
                .col(string("state"))
                .col(big_integer("seats").check(Expr::col("seats").gte(0)))
                .col(big_integer("complimentary_seats").check(Expr::col("complimentary_seats").gte(0)))
                .col(big_integer("storage_gb").check(Expr::col("storage_gb").gte(0)))
                .col(big_integer("complimentary_storage_gb").check(Expr::col("complimentary_storage_gb").gte(0)))
                .col(text("options"))
                .col(date("first_day"))
                .col(date_null("last_day"))
                .col(big_integer("monthly_fee"))
                .col(uuid("fee_order"))
                .col(boolean("prepaid"))
                .col(boolean("autopay"))
                .col(big_integer("revision"))
                .col(big_integer("used_seats").check(Expr::col("used_seats").gte(0)))
                .col(big_integer("use_revision"))
                .to_owned(),
        )
        .await?;
        let db = m.get_connection();
        db.execute_unprepared(
            "CREATE UNIQUE INDEX memberships_one_free ON memberships (company_id) WHERE paid = FALSE AND state <> 'terminated'",
        )
        .await?;
        db.execute_unprepared("CREATE INDEX memberships_ending ON memberships (last_day) WHERE last_day IS NOT NULL")
            .await?;
        db.execute_unprepared("CREATE INDEX sites_of_company ON sites (company_id, id)").await?;
        m.create_table(
            Table::create()
                .table("membership_changes")
                .col(uuid("membership_id"))
                .col(big_integer("revision"))
                .col(string("cause"))
                .col(string("cause_id"))
                .col(timestamp_with_time_zone("recorded_at"))
                .col(date("in_force_from"))
                .col(text("terms"))
                .primary_key(Index::create().col("membership_id").col("revision"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("applied_orders")
                .col(uuid("order_id").primary_key())
                .col(uuid("site_id"))
                .col(timestamp_with_time_zone("applied_at"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("waiting_orders")
                .col(uuid("order_id").primary_key())
                .col(uuid("site_id"))
                .col(binary("content"))
                .col(timestamp_with_time_zone("since"))
                .to_owned(),
        )
        .await
    }
}
