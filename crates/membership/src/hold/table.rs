//! The only file that knows how holds are stored.

use flow::{Fault, Stop, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use words::SiteId;

use super::{HOLD_NOT_FOUND, HOLD_OVER, Hold, HoldId, State};
use crate::entitlement::FeatureKey;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "holds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub site_id: Uuid,
        pub feature: String,
        pub amount: i64,
        pub state: String,
        pub lapses_at: DateTimeUtc,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A site's holds that were neither confirmed nor released; the clock says which of them lapsed.
pub async fn standing(db: &impl ConnectionTrait, site: SiteId) -> Result<Vec<Hold>, Stop> {
    let rows = row::Entity::find()
        .filter(row::Column::SiteId.eq(site.uuid()))
        .filter(row::Column::State.eq(State::Held.name()))
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Whose membership to lock for a hold.
pub async fn site_of(db: &impl ConnectionTrait, hold: HoldId) -> Result<SiteId, Stop> {
    Ok(find(db, hold).await?.site)
}

/// One.
pub async fn find(db: &impl ConnectionTrait, hold: HoldId) -> Result<Hold, Stop> {
    read(row::Entity::find_by_id(hold.uuid()).one(db).await?.ok_or(HOLD_NOT_FOUND)?)
}

/// A new one.
pub async fn insert(tx: &Tx, hold: &Hold) -> Result<(), Stop> {
    let row = row::ActiveModel {
        id: Set(hold.id.uuid()),
        site_id: Set(hold.site.uuid()),
        feature: Set(hold.feature().to_owned()),
        amount: Set(hold.amount),
        state: Set(hold.state.name().into()),
        lapses_at: Set(hold.lapses_at),
    };
    row::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Confirmed or released, once.
pub async fn settle(tx: &Tx, hold: &Hold) -> Result<(), Stop> {
    let settled = row::Entity::update_many()
        .set(row::ActiveModel { state: Set(hold.state.name().into()), ..Default::default() })
        .filter(row::Column::Id.eq(hold.id.uuid()))
        .filter(row::Column::State.eq(State::Held.name()))
        .exec(tx.conn())
        .await?;
    if settled.rows_affected == 1 { Ok(()) } else { Err(HOLD_OVER.with("state", "settled").into()) }
}

fn read(row: row::Model) -> Result<Hold, Stop> {
    let states = [State::Held, State::Confirmed, State::Released, State::Lapsed];
    let state = states.into_iter().find(|s| s.name() == row.state);
    Ok(Hold {
        id: HoldId::new(row.id),
        site: SiteId::new(row.site_id),
        feature: FeatureKey::parse(&row.feature).map_err(anyhow::Error::from)?,
        amount: row.amount,
        state: state.ok_or_else(|| Fault::bug(anyhow::anyhow!("unknown state {}", row.state)))?,
        lapses_at: row.lapses_at,
    })
}
