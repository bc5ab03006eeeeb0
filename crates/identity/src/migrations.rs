//! Identity's tables, in order; a constraint here is the last line of the rule it names.

mod m0001_people;
mod m0002_companies;
mod m0003_sessions;
mod m0004_trail;
mod m0005_registration;

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationTrait, SchemaManager, sea_query::TableCreateStatement};

/// Each once, in this order.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_people::People),
        Box::new(m0002_companies::Companies),
        Box::new(m0003_sessions::Sessions),
        Box::new(m0004_trail::Trail),
        Box::new(m0005_registration::Registration),
    ]
}

/// Tables, then indexes in portable SQL.
async fn create(m: &SchemaManager<'_>, tables: Vec<TableCreateStatement>, indexes: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        m.create_table(table).await?;
    }
    for index in indexes {
        m.get_connection().execute_unprepared(index).await?;
    }
    Ok(())
}
