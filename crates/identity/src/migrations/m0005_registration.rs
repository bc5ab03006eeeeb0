//! The day a company's registration last changed (BI-21).

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, prelude::async_trait::async_trait};

pub struct Registration;

impl MigrationName for Registration {
    fn name(&self) -> &str {
        "m0005_registration"
    }
}

#[async_trait]
impl MigrationTrait for Registration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let day = match m.get_database_backend() {
            sea_orm::DbBackend::Postgres => "date",
            _ => "date_text",
        };
        let sql = format!("ALTER TABLE company ADD COLUMN registration_changed_on {day}");
        m.get_connection().execute_unprepared(&sql).await.map(drop)
    }
}
