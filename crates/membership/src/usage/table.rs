//! The only file that knows how reports are stored: the newest one a site.

use flow::{Stop, Tx};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use words::SiteId;

use super::Report;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "usage_reports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub site_id: Uuid,
        pub measured_at: DateTimeUtc,
        pub users: i64,
        pub account_used_mb: i64,
        pub shared_used_mb: i64,
        pub account_mb: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A site's newest report.
pub async fn newest(db: &impl ConnectionTrait, site: SiteId) -> Result<Option<Report>, Stop> {
    let row = row::Entity::find_by_id(site.uuid()).one(db).await?;
    Ok(row.map(|row| Report {
        site,
        measured_at: row.measured_at,
        users: row.users,
        account_used_mb: row.account_used_mb,
        shared_used_mb: row.shared_used_mb,
        account_mb: row.account_mb,
    }))
}

/// Keeps a report in place of the one before; the site's membership is locked.
pub async fn save(tx: &Tx, report: &Report) -> Result<(), Stop> {
    use row::Column as C;
    let row = row::ActiveModel {
        site_id: Set(report.site.uuid()),
        measured_at: Set(report.measured_at),
        users: Set(report.users),
        account_used_mb: Set(report.account_used_mb),
        shared_used_mb: Set(report.shared_used_mb),
        account_mb: Set(report.account_mb),
    };
    let rest = [C::MeasuredAt, C::Users, C::AccountUsedMb, C::SharedUsedMb, C::AccountMb];
    row::Entity::insert(row)
        .on_conflict(OnConflict::column(C::SiteId).update_columns(rest).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
