//! The tables of the service, oldest first. Constraints are the last line of each rule.

mod m0001_lots;
mod m0002_sends;
mod m0003_approvals;
mod m0004_notices;
mod m0005_sheets;
mod m0006_images;
mod m0007_watch;
mod m0010_lot_told;

use sea_orm_migration::{
    MigrationTrait, SchemaManager,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// In order.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_lots::Migration),
        Box::new(m0002_sends::Migration),
        Box::new(m0003_approvals::Migration),
        Box::new(m0004_notices::Migration),
        Box::new(m0005_sheets::Migration),
        Box::new(m0006_images::Migration),
        Box::new(m0007_watch::Migration),
        Box::new(m0010_lot_told::Migration),
    ]
}

/// Runs statements of one text for both engines: `{id}`, `{instant}`, `{day}`, `{bytes}` are the columns' types.
async fn statements(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let [id, instant, day, bytes] = match manager.get_database_backend() {
        DbBackend::Postgres => ["uuid", "timestamptz", "date", "bytea"],
        _ => ["uuid_text", "timestamp_with_timezone_text", "date_text", "blob"],
    };
    for sql in statements {
        let sql = sql.replace("{id}", id).replace("{instant}", instant).replace("{day}", day).replace("{bytes}", bytes);
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}
