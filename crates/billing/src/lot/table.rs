//! One row a purchase.

use std::collections::HashMap;

use flow::{Stop, Tx};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use words::{CompanyId, Money};

use super::know::KnowLot;
use crate::purchase::PurchaseId;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub purchase_id: Uuid,
        pub company_id: Uuid,
        pub version: i64,
        pub available: i64,
        pub reserved: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// Keeps it if it is newer than what is known.
pub async fn put(tx: &Tx, lot: &KnowLot) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        purchase_id: Set(lot.purchase.uuid()),
        company_id: Set(lot.company.uuid()),
        version: Set(lot.version),
        available: Set(lot.available.won()),
        reserved: Set(lot.reserved.won()),
    };
    let newer = OnConflict::column(Column::PurchaseId)
        .update_columns([Column::Version, Column::Available, Column::Reserved])
        .action_and_where(Expr::col((Entity, Column::Version)).lt(lot.version))
        .to_owned();
    Entity::insert(row).on_conflict(newer).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Available + reserved of all lots of a company (BI-24).
pub async fn balance(conn: &impl ConnectionTrait, company: CompanyId) -> Result<Money, Stop> {
    let sql = "SELECT CAST(COALESCE(SUM(available + reserved), 0) AS BIGINT) AS balance FROM lot WHERE company_id = $1";
    let values = [company.uuid().into()];
    let row = conn.query_one_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
    Ok(Money::from_won(row.map(|row| row.try_get("", "balance")).transpose()?.unwrap_or_default()))
}

/// What can be sent of each of these purchases' lots; one without a lot has none (BI-30).
pub async fn available(
    conn: &impl ConnectionTrait,
    purchases: impl Iterator<Item = PurchaseId>,
) -> Result<HashMap<PurchaseId, Money>, Stop> {
    let ids: Vec<_> = purchases.map(PurchaseId::uuid).collect();
    let mut found = HashMap::new();
    for some in ids.chunks(1_000) {
        let rows = Entity::find().filter(Column::PurchaseId.is_in(some.iter().copied())).all(conn).await?;
        found.extend(rows.into_iter().map(|m| (m.purchase_id.into(), Money::from_won(m.available))));
    }
    Ok(found)
}
