//! Memberships as billing knows them.

use flow::{Stop, Tx};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use words::{CompanyId, SiteId};

use super::{Membership, NO_MEMBERSHIP_IN_FORCE};
use crate::json;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "membership")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub site_id: Uuid,
        pub company_id: Uuid,
        pub revision: i64,
        pub ended: bool,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// What this company's site holds.
pub async fn of_site(conn: &impl ConnectionTrait, company: CompanyId, site: SiteId) -> Result<Membership, Stop> {
    let row = Entity::find_by_id(site.uuid())
        .filter(Column::CompanyId.eq(company.uuid()))
        .filter(Column::Ended.eq(false))
        .one(conn)
        .await?;
    let row = row.ok_or(NO_MEMBERSHIP_IN_FORCE)?;
    Ok(json::read(&row.content)?)
}

/// Keeps it if it is newer than what is known.
pub async fn put(tx: &Tx, m: &Membership) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        site_id: Set(m.site.uuid()),
        company_id: Set(m.company.uuid()),
        revision: Set(m.revision),
        ended: Set(m.ended),
        content: Set(json::write(m)?),
    };
    let newer = OnConflict::column(Column::SiteId)
        .update_columns([Column::CompanyId, Column::Revision, Column::Ended, Column::Content])
        .action_and_where(Expr::col((Entity, Column::Revision)).lt(m.revision))
        .to_owned();
    Entity::insert(row).on_conflict(newer).exec_without_returning(tx.conn()).await?;
    Ok(())
}
