//! Orders in their table; its unique columns are the last line of three rules: one free service a company (`free_of`, ME-1),
//! one conversion a site (`converts`), one order a quote (`quote_id`, BI-8).

use flow::{Fault, Page, Refusal, Stop, Tx, code};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    SqlErr, prelude::DateTimeUtc,
};
use words::{CompanyId, Day, SiteId};

use super::{ORDER_NOT_FOUND, Order, OrderId, OrderKind, State, views::Filter};
use crate::{json, reference::Reference};

/// ME-1.
pub const FREE_ALREADY_HELD: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "FREE_ALREADY_HELD",
    "Your company has its free service already; one is given to a company.",
    "무료 서비스는 회사당 하나만 사용할 수 있습니다.",
);
/// BI-9.
pub const CONVERSION_UNDER_WAY: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "CONVERSION_UNDER_WAY",
    "An order that converts this site exists already. Pay it, or cancel it first.",
    "이 사이트의 유료 전환 주문이 이미 있습니다. 결제하거나 먼저 취소하세요.",
);
/// BI-8.
pub const QUOTE_USED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "QUOTE_USED",
    "This quote has been ordered already.",
    "이미 주문에 사용한 견적서입니다.",
);

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub company_id: Uuid,
        pub site_id: Uuid,
        pub kind: String,
        pub state: String,
        pub total: i64,
        pub reference: String,
        pub placed_at: DateTimeUtc,
        pub placed_on: Date,
        pub pay_by: Date,
        pub quote_id: Option<Uuid>,
        pub free_of: Option<Uuid>,
        pub converts: Option<Uuid>,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

fn row(o: &Order) -> Result<entity::ActiveModel, Fault> {
    let over = matches!(o.state, State::Cancelled | State::Expired | State::Refunded);
    let free = o.selection.kind == OrderKind::New && o.price.last_day.is_none();
    let converts = o.selection.kind == OrderKind::Conversion;
    let at: DateTimeUtc = o.placed_at;
    Ok(entity::ActiveModel {
        id: Set(o.id.uuid()),
        version: Set(o.version),
        company_id: Set(o.company.uuid()),
        site_id: Set(o.site.uuid()),
        kind: Set(json::word(&o.selection.kind)?),
        state: Set(json::word(&o.state)?),
        total: Set(o.price.total.won()),
        reference: Set(o.reference.as_str().to_owned()),
        placed_at: Set(at),
        placed_on: Set(Day::of(o.placed_at).into()),
        pay_by: Set(o.pay_by.into()),
        quote_id: Set(o.quote.filter(|_| !over).map(crate::quote::QuoteId::uuid)),
        free_of: Set((free && !over).then(|| o.company.uuid())),
        converts: Set((converts && !over).then(|| o.site.uuid())),
        content: Set(json::write(o)?),
    })
}

fn refusal(error: DbErr) -> Stop {
    let Some(SqlErr::UniqueConstraintViolation(which)) = error.sql_err() else { return error.into() };
    match which {
        w if w.contains("free_of") => FREE_ALREADY_HELD.into(),
        w if w.contains("converts") => CONVERSION_UNDER_WAY.into(),
        w if w.contains("quote_id") => QUOTE_USED.into(),
        _ => error.into(),
    }
}

/// A new one.
pub async fn insert(tx: &Tx, o: &Order) -> Result<(), Stop> {
    Entity::insert(row(o)?).exec_without_returning(tx.conn()).await.map_err(refusal)?;
    Ok(())
}

/// Locked until the transaction ends; another company's is not found.
pub async fn lock(tx: &Tx, id: OrderId) -> Result<Order, Stop> {
    let mut query = Entity::find_by_id(id.uuid());
    if let Some(company) = tx.caller().confined_to()? {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    let found = query.lock_exclusive().one(tx.conn()).await?.ok_or(ORDER_NOT_FOUND)?;
    Ok(json::read(&found.content)?)
}

/// The one a transfer names, locked.
pub async fn lock_by_reference(tx: &Tx, reference: &Reference) -> Result<Option<Order>, Stop> {
    let query = Entity::find().filter(Column::Reference.eq(reference.as_str()));
    let found = query.lock_exclusive().one(tx.conn()).await?;
    Ok(found.map(|m| json::read(&m.content)).transpose()?)
}

/// Some of those whose days to pay are over, locked.
pub async fn lock_unpaid(tx: &Tx, before: Day, most: u64) -> Result<Vec<Order>, Stop> {
    let query = Entity::find()
        .filter(Column::State.eq(json::word(&State::AwaitingPayment)?))
        .filter(Column::PayBy.lt(chrono::NaiveDate::from(before)))
        .order_by_asc(Column::Id)
        .limit(most);
    let found = query.lock_exclusive().all(tx.conn()).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

/// As a verb left it: one version on.
pub async fn save(tx: &Tx, o: &Order) -> Result<(), Stop> {
    let saved = Entity::update_many()
        .set(row(o)?)
        .filter(Column::Id.eq(o.id.uuid()))
        .filter(Column::Version.eq(o.version - 1))
        .exec(tx.conn())
        .await
        .map_err(refusal)?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::bug(anyhow::anyhow!("{} was changed unlocked", o.id)).into())
    }
}

/// The site is free no more, or gone: its company may have another free one.
pub async fn free_again(tx: &Tx, site: SiteId) -> Result<(), Stop> {
    Entity::update_many()
        .col_expr(Column::FreeOf, sea_orm::sea_query::Expr::val(Option::<uuid::Uuid>::None))
        .filter(Column::SiteId.eq(site.uuid()))
        .filter(Column::FreeOf.is_not_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// One, within the company if any is given.
pub async fn find(conn: &impl ConnectionTrait, within: Option<CompanyId>, id: OrderId) -> Result<Order, Stop> {
    let mut query = Entity::find_by_id(id.uuid());
    if let Some(company) = within {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    let found = query.one(conn).await?.ok_or(ORDER_NOT_FOUND)?;
    Ok(json::read(&found.content)?)
}

/// A page, newest first.
pub async fn page(conn: &impl ConnectionTrait, filter: &Filter, page: &Page) -> Result<Vec<Order>, Stop> {
    let mut query = filtered(filter)?.limit(page.fetch());
    if let Some(after) = page.after_as::<OrderId>()? {
        query = query.filter(Column::Id.lt(after.uuid()));
    }
    let found = query.all(conn).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

/// The newest so many.
pub async fn newest(conn: &impl ConnectionTrait, filter: &Filter, most: u64) -> Result<Vec<Order>, Stop> {
    let found = filtered(filter)?.limit(most).all(conn).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

fn filtered(f: &Filter) -> Result<Select<Entity>, Stop> {
    let mut query = Entity::find().order_by_desc(Column::Id);
    if let Some(company) = f.company {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    if let Some(from) = f.from {
        query = query.filter(Column::PlacedOn.gte(chrono::NaiveDate::from(from)));
    }
    if let Some(to) = f.to {
        query = query.filter(Column::PlacedOn.lte(chrono::NaiveDate::from(to)));
    }
    if let Some(kind) = f.kind {
        query = query.filter(Column::Kind.eq(json::word(&kind)?));
    }
    if let Some(state) = f.state {
        query = query.filter(Column::State.eq(json::word(&state)?));
    }
    Ok(query)
}

/// The order made from a quote, if any (BI-8).
pub async fn of_quote(conn: &impl ConnectionTrait, quote: crate::quote::QuoteId) -> Result<Option<OrderId>, Stop> {
    let found = Entity::find().filter(Column::QuoteId.eq(quote.uuid())).one(conn).await?;
    Ok(found.map(|m| m.id.into()))
}
