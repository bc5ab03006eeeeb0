//! The only file that knows how switches are stored: each turn a row, the newest counts.

use std::collections::BTreeMap;

use flow::{Page, Stop, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use words::SiteId;

use super::Turn;
use crate::entitlement::FeatureKey;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "feature_switches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub site_id: Uuid,
        pub feature: String,
        pub switched_on: bool,
        pub switched_by: String,
        pub switched_at: DateTimeUtc,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How a site's switches stand.
pub async fn switches(db: &impl ConnectionTrait, site: SiteId) -> Result<BTreeMap<String, bool>, Stop> {
    let of_site = row::Column::SiteId.eq(site.uuid());
    let rows = row::Entity::find().filter(of_site).order_by_asc(row::Column::Id).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.feature, row.switched_on)).collect())
}

/// The newest turn of one switch.
pub async fn newest(db: &impl ConnectionTrait, site: SiteId, feature: &FeatureKey) -> Result<Option<Turn>, Stop> {
    let row = row::Entity::find()
        .filter(row::Column::SiteId.eq(site.uuid()))
        .filter(row::Column::Feature.eq(feature.as_str()))
        .order_by_desc(row::Column::Id)
        .one(db)
        .await?;
    row.map(read).transpose()
}

/// A page of turns, newest first.
pub async fn page(db: &impl ConnectionTrait, site: SiteId, page: &Page) -> Result<Vec<Turn>, Stop> {
    let mut find = row::Entity::find().filter(row::Column::SiteId.eq(site.uuid()));
    if let Some(after) = page.after_as::<uuid::Uuid>()? {
        find = find.filter(row::Column::Id.lt(after));
    }
    let rows = find.order_by_desc(row::Column::Id).limit(page.fetch()).all(db).await?;
    rows.into_iter().map(read).collect()
}

/// A turn.
pub async fn insert(tx: &Tx, turn: &Turn) -> Result<(), Stop> {
    let row = row::ActiveModel {
        id: Set(turn.id),
        site_id: Set(turn.site.uuid()),
        feature: Set(turn.feature.as_str().to_owned()),
        switched_on: Set(turn.on),
        switched_by: Set(turn.by.clone()),
        switched_at: Set(turn.at),
    };
    row::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

fn read(row: row::Model) -> Result<Turn, Stop> {
    Ok(Turn {
        id: row.id,
        site: SiteId::new(row.site_id),
        feature: FeatureKey::parse(&row.feature).map_err(anyhow::Error::from)?,
        on: row.switched_on,
        by: row.switched_by,
        at: row.switched_at,
    })
}
