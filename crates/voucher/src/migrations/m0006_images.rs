//! Images of sends (VO-6): each content once, under 300,000 bytes.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, prelude::async_trait::async_trait, sea_orm::DbErr,
};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0006_images"
    }
}

const CHANGES: &[&str] = &[
    "
CREATE TABLE images (
    digest text PRIMARY KEY,
    jpeg {bytes} NOT NULL CHECK (length(jpeg) < 300000),
    put_at {instant} NOT NULL
)",
    "ALTER TABLE sends ADD COLUMN image text REFERENCES images (digest)",
    "CREATE INDEX sends_image ON sends (image) WHERE image IS NOT NULL",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::statements(manager, CHANGES).await
    }
}
