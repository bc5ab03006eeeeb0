//! How many messages may leave by each road (NO-3), one row for all replicas. A lease needs no index of its own: a
//! hand-over knows the ids of what it holds, and claiming then changes no indexed column.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    schema::{big_integer, string, timestamp_with_time_zone_null},
    sea_query::{Index, Table},
};

pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0003_pace"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("pace")
                .col(string("medium"))
                .col(big_integer("left_over"))
                .col(timestamp_with_time_zone_null("filled_at"))
                .col(timestamp_with_time_zone_null("held_until"))
                .primary_key(Index::create().col("medium"))
                .to_owned(),
        )
        .await?;
        for step in ["INSERT INTO pace (medium, left_over) VALUES ('mail', 0), ('text', 0)", "DROP INDEX message_lease"]
        {
            m.get_connection().execute_unprepared(step).await?;
        }
        Ok(())
    }
}
