//! Price locks.

use flow::{Stop, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{PRICE_LOCK_NOT_FOUND, PriceLock, PriceLockId};
use crate::json;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "price_lock")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub account_id: Uuid,
        pub company_id: Option<Uuid>,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// Keeps it.
pub async fn insert(tx: &Tx, lock: &PriceLock) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        id: Set(lock.id.uuid()),
        account_id: Set(lock.account.uuid()),
        company_id: Set(lock.company.map(words::CompanyId::uuid)),
        content: Set(json::write(lock)?),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The caller's, or its company's.
pub async fn find(tx: &Tx, id: PriceLockId) -> Result<PriceLock, Stop> {
    let account = tx.caller().account()?;
    let mine = match account.company {
        Some(company) => Column::CompanyId.eq(company.uuid()),
        None => Column::AccountId.eq(account.id.uuid()),
    };
    let row = Entity::find_by_id(id.uuid()).filter(mine).one(tx.conn()).await?.ok_or(PRICE_LOCK_NOT_FOUND)?;
    Ok(json::read(&row.content)?)
}
