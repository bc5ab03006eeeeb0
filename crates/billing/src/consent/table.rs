//! Consents; never changed, never deleted.

use flow::{Stop, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use words::CompanyId;

use super::{Consent, ConsentId};
use crate::json;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consent")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub company_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// Keeps it.
pub async fn insert(tx: &Tx, c: &Consent) -> Result<(), Stop> {
    let row =
        entity::ActiveModel { id: Set(c.id.uuid()), company_id: Set(c.company.uuid()), content: Set(json::write(c)?) };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The company's.
pub async fn find(tx: &Tx, company: CompanyId, id: ConsentId) -> Result<Option<Consent>, Stop> {
    let row = Entity::find_by_id(id.uuid()).filter(Column::CompanyId.eq(company.uuid())).one(tx.conn()).await?;
    Ok(row.map(|row| json::read(&row.content)).transpose()?)
}
