//! Pictures that messages carry, each once (NO-1).

use sea_orm::DbErr;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    schema::{binary, string, timestamp_with_time_zone},
    sea_query::{Index, Table},
};

pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0002_pictures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("picture")
                .col(string("digest").primary_key())
                .col(binary("sealed"))
                .col(timestamp_with_time_zone("offered_at"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("picture_offered").table("picture").col("offered_at").to_owned()).await
    }
}
