//! The only file that knows how site users are stored. A user sits once: the key says so.

use std::collections::BTreeSet;

use flow::{Instant, Page, Stop, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use words::SiteId;

use super::UserKey;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "site_users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub site_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: String,
        pub admitted_at: DateTimeUtc,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Since when a user sits, if they do.
pub async fn since(db: &impl ConnectionTrait, site: SiteId, user: &UserKey) -> Result<Option<Instant>, Stop> {
    Ok(row::Entity::find_by_id((site.uuid(), user.0.clone())).one(db).await?.map(|row| row.admitted_at))
}

/// Everyone who sits.
pub async fn all(db: &impl ConnectionTrait, site: SiteId) -> Result<BTreeSet<String>, Stop> {
    let users: Vec<String> = row::Entity::find()
        .select_only()
        .column(row::Column::UserId)
        .filter(row::Column::SiteId.eq(site.uuid()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(users.into_iter().collect())
}

/// A page of them, in the order of their ids.
pub async fn page(db: &impl ConnectionTrait, site: SiteId, page: &Page) -> Result<Vec<(UserKey, Instant)>, Stop> {
    let mut find = row::Entity::find().filter(row::Column::SiteId.eq(site.uuid()));
    if let Some(after) = page.after() {
        find = find.filter(row::Column::UserId.gt(after));
    }
    let rows = find.order_by_asc(row::Column::UserId).limit(page.fetch()).all(db).await?;
    Ok(rows.into_iter().map(|row| (UserKey(row.user_id), row.admitted_at)).collect())
}

/// A user sits down.
pub async fn insert(tx: &Tx, site: SiteId, user: &UserKey) -> Result<(), Stop> {
    let row = row::ActiveModel { site_id: Set(site.uuid()), user_id: Set(user.0.clone()), admitted_at: Set(tx.now()) };
    row::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// A user gets up; false if they did not sit.
pub async fn delete(tx: &Tx, site: SiteId, user: &UserKey) -> Result<bool, Stop> {
    let gone = row::Entity::delete_by_id((site.uuid(), user.0.clone())).exec(tx.conn()).await?;
    Ok(gone.rows_affected == 1)
}
