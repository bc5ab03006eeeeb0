//! Quotes in their table; the contact lies sealed beside them. Numbers count from 1 each year.

use flow::{Caller, Fault, Page, Read, Stop, Tx, Who};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use words::Sealer;

use super::{QUOTE_NOT_FOUND, Quote, QuoteId};
use crate::{contact::Contact, json};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "quote")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub account_id: Uuid,
        pub company_id: Option<Uuid>,
        pub contact: Vec<u8>,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// A new one.
pub async fn insert(tx: &Tx, q: &Quote, contact: &Contact) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        id: Set(q.id.uuid()),
        number: Set(q.number.clone()),
        account_id: Set(q.account.uuid()),
        company_id: Set(q.company.map(words::CompanyId::uuid)),
        contact: Set(contact.seal(tx.sealer())?),
        content: Set(json::write(q)?),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The next number of this year.
pub async fn next_number(tx: &Tx) -> Result<i64, Stop> {
    let sql = "INSERT INTO quote_number (year, last) VALUES ($1, 1) \
               ON CONFLICT (year) DO UPDATE SET last = quote_number.last + 1 RETURNING last";
    let values = [tx.today().year().into()];
    let row =
        tx.conn().query_one_raw(Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, values)).await?;
    let row = row.ok_or_else(|| Fault::bug(anyhow::anyhow!("no number came back")))?;
    Ok(row.try_get("", "last")?)
}

/// Whose quotes a caller sees: its company's, else its own; Dure sees all.
fn mine(caller: &Caller) -> Result<Condition, Stop> {
    if caller.who == Who::Dure {
        return Ok(Condition::all());
    }
    let account = caller.account()?;
    Ok(Condition::all().add(match account.company {
        Some(company) => Column::CompanyId.eq(company.uuid()),
        None => Column::AccountId.eq(account.id.uuid()),
    }))
}

/// One of the caller's.
pub async fn find(conn: &impl ConnectionTrait, caller: &Caller, id: QuoteId) -> Result<Quote, Stop> {
    let row = Entity::find_by_id(id.uuid()).filter(mine(caller)?).one(conn).await?.ok_or(QUOTE_NOT_FOUND)?;
    Ok(json::read(&row.content)?)
}

/// The same, with to whom it goes.
pub async fn find_with_contact(read: &Read, id: QuoteId) -> Result<(Quote, Contact), Stop> {
    let query = Entity::find_by_id(id.uuid()).filter(mine(read.caller())?);
    opened(read.sealer(), query.one(read.conn()).await?.ok_or(QUOTE_NOT_FOUND)?)
}

/// Within a transaction of Dure's own.
pub async fn open(tx: &Tx, id: QuoteId) -> Result<(Quote, Contact), Stop> {
    let row = Entity::find_by_id(id.uuid()).one(tx.conn()).await?.ok_or(QUOTE_NOT_FOUND)?;
    opened(tx.sealer(), row)
}

/// A page of the caller's, newest first.
pub async fn page(read: &Read, page: &Page) -> Result<Vec<(Quote, Contact)>, Stop> {
    let mut query = Entity::find().filter(mine(read.caller())?).order_by_desc(Column::Id).limit(page.fetch());
    if let Some(after) = page.after_as::<QuoteId>()? {
        query = query.filter(Column::Id.lt(after.uuid()));
    }
    let found = query.all(read.conn()).await?;
    found.into_iter().map(|row| opened(read.sealer(), row)).collect()
}

fn opened(sealer: &Sealer, row: entity::Model) -> Result<(Quote, Contact), Stop> {
    Ok((json::read(&row.content)?, Contact::open(sealer, &row.contact)?))
}
