//! The only file that knows how counts are stored: one row a site, feature and period.

use std::collections::BTreeMap;

use flow::{Stop, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use words::{Day, SiteId};

use crate::entitlement::{CountPeriod, FeatureKey};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "quota_uses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub site_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub feature: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: String,
        pub used: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What a site used of each feature: standing counts, this month's and, for a snapshot that lives over midnight, the
/// next month's.
pub async fn used(
    db: &impl ConnectionTrait,
    site: SiteId,
    today: Day,
    next_month: Day,
) -> Result<BTreeMap<(String, CountPeriod), i64>, Stop> {
    let periods = [CountPeriod::always(), CountPeriod::month_of(today), CountPeriod::month_of(next_month)];
    let rows = row::Entity::find()
        .filter(row::Column::SiteId.eq(site.uuid()))
        .filter(row::Column::Period.is_in(periods.map(|p| p.0)))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.feature, CountPeriod(row.period)), row.used)).collect())
}

/// One count.
pub async fn get(tx: &Tx, site: SiteId, feature: &FeatureKey, period: &CountPeriod) -> Result<i64, Stop> {
    let key = (site.uuid(), feature.as_str().to_owned(), period.0.clone());
    Ok(row::Entity::find_by_id(key).one(tx.conn()).await?.map_or(0, |row| row.used))
}

/// Sets a count; the site's membership is locked.
pub async fn set(tx: &Tx, site: SiteId, feature: &FeatureKey, period: &CountPeriod, used: i64) -> Result<(), Stop> {
    let row = row::ActiveModel {
        site_id: Set(site.uuid()),
        feature: Set(feature.as_str().to_owned()),
        period: Set(period.0.clone()),
        used: Set(used),
    };
    let key = [row::Column::SiteId, row::Column::Feature, row::Column::Period];
    row::Entity::insert(row)
        .on_conflict(OnConflict::columns(key).update_column(row::Column::Used).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
