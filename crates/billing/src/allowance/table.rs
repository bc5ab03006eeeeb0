//! One row a company and month; its CHECKs and the guarded UPDATE are the last line of BI-20.

use flow::{Fault, Stop, Tx};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use words::{CompanyId, Money};

use super::{Month, Taken};
use crate::policy::Policy;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "allowance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub company_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: i32,
        pub face: i64,
        pub discounted: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// Takes `face` out of the month's limits; answers the part that is sold at a discount.
pub async fn take(tx: &Tx, company: CompanyId, month: Month, policy: &Policy, face: Money) -> Result<Money, Stop> {
    let row =
        entity::ActiveModel { company_id: Set(company.uuid()), month: Set(month.0), face: Set(0), discounted: Set(0) };
    let there = OnConflict::columns([Column::CompanyId, Column::Month]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(there).exec_without_returning(tx.conn()).await?;
    let locked = Entity::find_by_id((company.uuid(), month.0)).lock_exclusive().one(tx.conn()).await?;
    let taken = locked.map(taken).unwrap_or_default();
    let discounted = taken.split(policy, face)?;

    let updated = Entity::update_many()
        .col_expr(Column::Face, Expr::col(Column::Face).add(face.won()))
        .col_expr(Column::Discounted, Expr::col(Column::Discounted).add(discounted.won()))
        .filter(Column::CompanyId.eq(company.uuid()))
        .filter(Column::Month.eq(month.0))
        .filter(Expr::col(Column::Face).add(face.won()).lte(policy.purchase_limit.won()))
        .exec(tx.conn())
        .await?;
    if updated.rows_affected == 1 {
        return Ok(discounted);
    }
    Err(Fault::bug(anyhow::anyhow!("the allowance of {company} was changed under a lock")).into())
}

/// Gives back what a purchase took.
pub async fn give_back(tx: &Tx, company: CompanyId, month: Month, face: Money, discounted: Money) -> Result<(), Stop> {
    Entity::update_many()
        .col_expr(Column::Face, Expr::col(Column::Face).sub(face.won()))
        .col_expr(Column::Discounted, Expr::col(Column::Discounted).sub(discounted.won()))
        .filter(Column::CompanyId.eq(company.uuid()))
        .filter(Column::Month.eq(month.0))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What was taken in a month.
pub async fn find(conn: &impl ConnectionTrait, company: CompanyId, month: Month) -> Result<Taken, Stop> {
    Ok(Entity::find_by_id((company.uuid(), month.0)).one(conn).await?.map(taken).unwrap_or_default())
}

fn taken(m: entity::Model) -> Taken {
    Taken { face: Money::from_won(m.face), discounted: Money::from_won(m.discounted) }
}
