//! Purchases in their table; the contact lies sealed beside them.

use flow::{Fault, Page, Stop, Tx};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    Statement,
};
use words::{CompanyId, Day};

use super::{PURCHASE_NOT_FOUND, Purchase, PurchaseId, State, views::Filter};
use crate::{contact::Contact, json, payout, reference::Reference, registered_account::RegisteredAccount};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "purchase")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub company_id: Uuid,
        pub account_id: Uuid,
        pub number: i64,
        pub state: String,
        pub face: i64,
        pub reference: String,
        pub applied_on: Date,
        pub pay_by: Date,
        pub deposit_id: Option<Uuid>,
        pub contact: Option<Vec<u8>>,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// A new one.
pub async fn insert(tx: &Tx, p: &Purchase, contact: Option<&Contact>) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        id: Set(p.id.uuid()),
        version: Set(p.version),
        company_id: Set(p.company.uuid()),
        account_id: Set(p.account.uuid()),
        number: Set(p.number),
        state: Set(json::word(&p.state)?),
        face: Set(p.face.won()),
        reference: Set(p.reference.as_str().to_owned()),
        applied_on: Set(Day::of(p.applied_at).into()),
        pay_by: Set(p.pay_by.into()),
        deposit_id: Set(None),
        contact: Set(contact.map(|c| c.seal(tx.sealer())).transpose()?),
        content: Set(json::write(p)?),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The next number within the company, from 1; the row stays locked until the transaction ends.
pub async fn next_number(tx: &Tx, company: CompanyId) -> Result<i64, Stop> {
    let sql = "INSERT INTO purchase_number (company_id, last) VALUES ($1, 1) \
               ON CONFLICT (company_id) DO UPDATE SET last = purchase_number.last + 1 RETURNING last";
    let values = [company.uuid().into()];
    let statement = Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, values);
    let row = tx.conn().query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Fault::bug(anyhow::anyhow!("no number came back")))?;
    Ok(row.try_get("", "last")?)
}

/// Locked until the transaction ends; another company's is not found.
pub async fn lock(tx: &Tx, id: PurchaseId) -> Result<Purchase, Stop> {
    let mut query = Entity::find_by_id(id.uuid());
    if let Some(company) = tx.caller().confined_to()? {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    let found = query.lock_exclusive().one(tx.conn()).await?.ok_or(PURCHASE_NOT_FOUND)?;
    Ok(json::read(&found.content)?)
}

/// The one a transfer names, locked.
pub async fn lock_by_reference(tx: &Tx, reference: &Reference) -> Result<Option<Purchase>, Stop> {
    let query = Entity::find().filter(Column::Reference.eq(reference.as_str()));
    let found = query.lock_exclusive().one(tx.conn()).await?;
    Ok(found.map(|m| json::read(&m.content)).transpose()?)
}

/// Some of those whose days to pay are over, locked.
pub async fn lock_unpaid(tx: &Tx, before: Day, most: u64) -> Result<Vec<Purchase>, Stop> {
    let query = Entity::find()
        .filter(Column::State.eq(json::word(&State::Pending)?))
        .filter(Column::PayBy.lt(chrono::NaiveDate::from(before)))
        .filter(Column::DepositId.is_null())
        .order_by_asc(Column::Id)
        .limit(most);
    let found = query.lock_exclusive().all(tx.conn()).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

/// As a verb left it: one version on.
pub async fn save(tx: &Tx, p: &Purchase) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        version: Set(p.version),
        state: Set(json::word(&p.state)?),
        deposit_id: Set(p.deposit.map(crate::deposit::DepositId::uuid)),
        content: Set(json::write(p)?),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(p.id.uuid()))
        .filter(Column::Version.eq(p.version - 1))
        .exec(tx.conn())
        .await?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::bug(anyhow::anyhow!("{} was changed unlocked", p.id)).into())
    }
}

/// Whom to tell.
pub async fn contact(tx: &Tx, id: PurchaseId) -> Result<Option<Contact>, Stop> {
    let row = Entity::find_by_id(id.uuid()).one(tx.conn()).await?.ok_or(PURCHASE_NOT_FOUND)?;
    Ok(row.contact.map(|sealed| Contact::open(tx.sealer(), &sealed)).transpose()?)
}

/// Whether a purchase that is pending from this account, or a refund or payout that will go to it, is under way (BI-23).
pub async fn rests_on(tx: &Tx, account: &RegisteredAccount) -> Result<bool, Stop> {
    let pending = Entity::find()
        .filter(Column::AccountId.eq(account.id().uuid()))
        .filter(Column::State.eq(json::word(&State::Pending)?));
    if pending.one(tx.conn()).await?.is_some() {
        return Ok(true);
    }
    let refunding = Entity::find()
        .filter(Column::CompanyId.eq(tx.caller().company()?.uuid()))
        .filter(Column::State.eq(json::word(&State::Refunding)?));
    if !account.is_active() {
        return Ok(false);
    }
    Ok(refunding.one(tx.conn()).await?.is_some() || payout::table::is_owed(tx, tx.caller().company()?).await?)
}

/// One, within the company if any is given.
pub async fn find(conn: &impl ConnectionTrait, within: Option<CompanyId>, id: PurchaseId) -> Result<Purchase, Stop> {
    let mut query = Entity::find_by_id(id.uuid());
    if let Some(company) = within {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    let found = query.one(conn).await?.ok_or(PURCHASE_NOT_FOUND)?;
    Ok(json::read(&found.content)?)
}

/// A page, newest first.
pub async fn page(conn: &impl ConnectionTrait, f: &Filter, page: &Page) -> Result<Vec<Purchase>, Stop> {
    let mut query = filtered(f)?.limit(page.fetch());
    if let Some(after) = page.after_as::<PurchaseId>()? {
        query = query.filter(Column::Id.lt(after.uuid()));
    }
    let found = query.all(conn).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

/// The newest ones.
pub async fn newest(conn: &impl ConnectionTrait, f: &Filter, most: u64) -> Result<Vec<Purchase>, Stop> {
    let found = filtered(f)?.limit(most).all(conn).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

fn filtered(f: &Filter) -> Result<Select<Entity>, Stop> {
    let mut query = Entity::find().order_by_desc(Column::Id);
    if let Some(company) = f.company {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    if let Some(from) = f.from {
        query = query.filter(Column::AppliedOn.gte(chrono::NaiveDate::from(from)));
    }
    if let Some(to) = f.to {
        query = query.filter(Column::AppliedOn.lte(chrono::NaiveDate::from(to)));
    }
    if let Some(state) = f.state {
        query = query.filter(Column::State.eq(json::word(&state)?));
    }
    Ok(query)
}

/// The company's newest.
pub async fn last(conn: &impl ConnectionTrait, company: CompanyId) -> Result<Option<Purchase>, Stop> {
    let query = Entity::find().filter(Column::CompanyId.eq(company.uuid())).order_by_desc(Column::Id);
    Ok(query.one(conn).await?.map(|m| json::read(&m.content)).transpose()?)
}

/// Face value of all approved ones, refunded ones excluded (BI-24), in won.
pub async fn total_purchased(conn: &impl ConnectionTrait, company: CompanyId) -> Result<i64, Stop> {
    let sql = "SELECT CAST(COALESCE(SUM(face), 0) AS BIGINT) AS total FROM purchase \
               WHERE company_id = $1 AND state IN ('approved', 'refunding')";
    let values = [company.uuid().into()];
    let row = conn.query_one_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
    Ok(row.map(|row| row.try_get("", "total")).transpose()?.unwrap_or_default())
}
