//! Policies an operator has set.

use flow::{Stop, Tx};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use words::{CompanyId, Money};

use super::Policy;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "policy")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub company_id: Uuid,
        pub purchase_limit: i64,
        pub discounted_limit: i64,
        pub rate_basis_points: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// What was set for the company, if anything.
pub async fn find(conn: &impl ConnectionTrait, company: CompanyId) -> Result<Option<Policy>, Stop> {
    let row = Entity::find_by_id(company.uuid()).one(conn).await?;
    Ok(row.map(|m| Policy {
        purchase_limit: Money::from_won(m.purchase_limit),
        discounted_limit: Money::from_won(m.discounted_limit),
        rate_basis_points: m.rate_basis_points,
    }))
}

/// Sets it.
pub async fn put(tx: &Tx, company: CompanyId, p: Policy) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        company_id: Set(company.uuid()),
        purchase_limit: Set(p.purchase_limit.won()),
        discounted_limit: Set(p.discounted_limit.won()),
        rate_basis_points: Set(p.rate_basis_points),
    };
    let replace = OnConflict::column(Column::CompanyId)
        .update_columns([Column::PurchaseLimit, Column::DiscountedLimit, Column::RateBasisPoints])
        .to_owned();
    Entity::insert(row).on_conflict(replace).exec_without_returning(tx.conn()).await?;
    Ok(())
}
