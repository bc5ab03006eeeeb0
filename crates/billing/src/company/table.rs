//! Companies as billing knows them.

use flow::{Stop, Tx};
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use words::CompanyId;

use super::Company;
use crate::json;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "company")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub name: String,
        pub state: String,
        pub verified: bool,
        pub voucher_member: bool,
        pub head_count: i64,
        pub registration_changed_on: Option<Date>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// The company, if its news has come.
pub async fn find(conn: &impl ConnectionTrait, id: CompanyId) -> Result<Option<Company>, Stop> {
    let Some(m) = Entity::find_by_id(id.uuid()).one(conn).await? else { return Ok(None) };
    Ok(Some(Company {
        id: m.id.into(),
        version: m.version,
        name: m.name,
        state: json::unword(&m.state)?,
        verified: m.verified,
        voucher_member: m.voucher_member,
        head_count: m.head_count,
        registration_changed_on: m.registration_changed_on.map(Into::into),
    }))
}

/// Keeps it if it is newer than what is known.
pub async fn put(tx: &Tx, c: &Company) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        id: Set(c.id.uuid()),
        version: Set(c.version),
        name: Set(c.name.clone()),
        state: Set(json::word(&c.state)?),
        verified: Set(c.verified),
        voucher_member: Set(c.voucher_member),
        head_count: Set(c.head_count),
        registration_changed_on: Set(c.registration_changed_on.map(Into::into)),
    };
    let newer = OnConflict::column(Column::Id)
        .update_columns([
            Column::Version,
            Column::Name,
            Column::State,
            Column::Verified,
            Column::VoucherMember,
            Column::HeadCount,
            Column::RegistrationChangedOn,
        ])
        .action_and_where(Expr::col((Entity, Column::Version)).lt(c.version))
        .to_owned();
    Entity::insert(row).on_conflict(newer).exec_without_returning(tx.conn()).await?;
    Ok(())
}
