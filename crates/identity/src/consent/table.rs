//! Answers as rows; the newest of each document counts.

use std::collections::BTreeMap;

use flow::{Stop, Tx};
use sea_orm::{ActiveModelBehavior, ActiveValue::Set, QueryOrder, entity::prelude::*};
use words::AccountId;

use super::Given;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub key: String,
    pub version: i32,
    pub agreed: bool,
    pub given_at: DateTimeUtc,
    pub address: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub(super) async fn append(tx: &Tx, account: AccountId, given: &[Given]) -> Result<(), Stop> {
    let address = tx.caller().address.map(|a| a.to_string()).unwrap_or_default();
    let rows = given.iter().map(|g| ActiveModel {
        id: Set(tx.id()),
        account_id: Set(account.uuid()),
        key: Set(g.key.clone()),
        version: Set(g.version),
        agreed: Set(g.agreed),
        given_at: Set(tx.now()),
        address: Set(address.clone()),
    });
    if !given.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

pub(super) async fn newest(tx: &Tx, account: AccountId) -> Result<Vec<Given>, Stop> {
    let rows =
        Entity::find().filter(Column::AccountId.eq(account.uuid())).order_by_asc(Column::Id).all(tx.conn()).await?;
    let newest: BTreeMap<_, _> =
        rows.into_iter().map(|r| (r.key.clone(), Given { key: r.key, version: r.version, agreed: r.agreed })).collect();
    Ok(newest.into_values().collect())
}
