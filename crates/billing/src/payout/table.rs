//! Payouts in their table: one a purchase, and a bank's number of a transfer marks one payout (S45).

use flow::{Fault, Page, Refusal, Stop, Tx, code};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use words::CompanyId;

use super::{PAYOUT_NOT_FOUND, Payout, PayoutId, State, views::Filter};
use crate::json;

/// BI-22.
pub const BANK_REFERENCE_TAKEN: Refusal = Refusal::new(
    code::ALREADY_EXISTS,
    "BANK_REFERENCE_TAKEN",
    "This transfer has been noted for another payout. Check the bank's number.",
    "다른 지급 건에 이미 등록된 은행 거래번호입니다. 번호를 확인하세요.",
);

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub company_id: Uuid,
        pub purchase_id: Uuid,
        pub state: String,
        pub amount: i64,
        pub bank_reference: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

fn refusal(error: DbErr) -> Stop {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("bank_reference") => {
            BANK_REFERENCE_TAKEN.into()
        }
        _ => error.into(),
    }
}

/// A new one; the constraint keeps a purchase from having two.
pub async fn insert(tx: &Tx, p: &Payout) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        id: Set(p.id.uuid()),
        version: Set(p.version),
        company_id: Set(p.company.uuid()),
        purchase_id: Set(p.purchase.uuid()),
        state: Set(json::word(&p.state)?),
        amount: Set(p.amount.won()),
        bank_reference: Set(None),
        content: Set(json::write(p)?),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Locked until the transaction ends.
pub async fn lock(tx: &Tx, id: PayoutId) -> Result<Payout, Stop> {
    let row = Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.conn()).await?.ok_or(PAYOUT_NOT_FOUND)?;
    Ok(json::read(&row.content)?)
}

/// As a verb left it: one version on.
pub async fn save(tx: &Tx, p: &Payout) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        version: Set(p.version),
        state: Set(json::word(&p.state)?),
        bank_reference: Set(p.bank_reference.clone()),
        content: Set(json::write(p)?),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(p.id.uuid()))
        .filter(Column::Version.eq(p.version - 1))
        .exec(tx.conn())
        .await
        .map_err(refusal)?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::bug(anyhow::anyhow!("{} was changed unlocked", p.id)).into())
    }
}

/// One.
pub async fn find(conn: &impl ConnectionTrait, id: PayoutId) -> Result<Payout, Stop> {
    let row = Entity::find_by_id(id.uuid()).one(conn).await?.ok_or(PAYOUT_NOT_FOUND)?;
    Ok(json::read(&row.content)?)
}

/// Whether the company has money to come (BI-23).
pub async fn is_owed(tx: &Tx, company: CompanyId) -> Result<bool, Stop> {
    let due =
        Entity::find().filter(Column::CompanyId.eq(company.uuid())).filter(Column::State.eq(json::word(&State::Due)?));
    Ok(due.one(tx.conn()).await?.is_some())
}

/// A page, newest first.
pub async fn page(conn: &impl ConnectionTrait, f: &Filter, page: &Page) -> Result<Vec<Payout>, Stop> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(page.fetch());
    if let Some(company) = f.company {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    if let Some(state) = f.state {
        query = query.filter(Column::State.eq(json::word(&state)?));
    }
    if let Some(after) = page.after_as::<PayoutId>()? {
        query = query.filter(Column::Id.lt(after.uuid()));
    }
    let found = query.all(conn).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}
