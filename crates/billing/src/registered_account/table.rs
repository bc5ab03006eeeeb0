//! Registered accounts; `active_of` is unique, so a company has one active account (BI-23).

use flow::{Fault, Page, Refusal, Stop, Tx, code};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use words::CompanyId;

use super::{REGISTERED_ACCOUNT_NOT_FOUND, RegisteredAccount, RegisteredAccountId, State, views::Filter};
use crate::{contact::Contact, json};

const NUMBER: &str = "account number";
const COPY: &str = "bankbook copy";

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "registered_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub company_id: Uuid,
        pub state: String,
        pub active_of: Option<Uuid>,
        pub number: Vec<u8>,
        pub bankbook_copy: Vec<u8>,
        pub contact: Option<Vec<u8>>,
        #[sea_orm(column_type = "Text")]
        pub content: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{Column, Entity};

/// Two approvals at once: one wins, the other looks again.
const APPROVED_MEANWHILE: Refusal = Refusal::new(
    code::ABORTED,
    "ACCOUNT_APPROVED_MEANWHILE",
    "Another account of this company was approved at this moment. Look at the list, then try again.",
    "같은 회사의 다른 계좌가 방금 승인되었습니다. 목록을 확인한 뒤 다시 시도하세요.",
);

fn refusal(error: DbErr) -> Stop {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("active_of") => APPROVED_MEANWHILE.into(),
        _ => error.into(),
    }
}

/// A new one.
pub async fn insert(
    tx: &Tx,
    a: &RegisteredAccount,
    number: &str,
    copy: &[u8],
    contact: Option<&Contact>,
) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        id: Set(a.id.uuid()),
        version: Set(a.version),
        company_id: Set(a.company.uuid()),
        state: Set(json::word(&a.state)?),
        active_of: Set(None),
        number: Set(tx.sealer().seal(NUMBER, number.as_bytes())),
        bankbook_copy: Set(tx.sealer().seal(COPY, copy)),
        contact: Set(contact.map(|c| c.seal(tx.sealer())).transpose()?),
        content: Set(json::write(a)?),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Locked until the transaction ends, with whom to tell; another company's is not found.
pub async fn lock(tx: &Tx, id: RegisteredAccountId) -> Result<(RegisteredAccount, Option<Contact>), Stop> {
    let mut query = Entity::find_by_id(id.uuid());
    if let Some(company) = tx.caller().confined_to()? {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    let row = query.lock_exclusive().one(tx.conn()).await?.ok_or(REGISTERED_ACCOUNT_NOT_FOUND)?;
    let contact = row.contact.map(|sealed| Contact::open(tx.sealer(), &sealed)).transpose()?;
    Ok((json::read(&row.content)?, contact))
}

/// The company's active one, locked.
pub async fn active(tx: &Tx, company: CompanyId) -> Result<Option<RegisteredAccount>, Stop> {
    let query = Entity::find().filter(Column::ActiveOf.eq(company.uuid()));
    let row = query.lock_exclusive().one(tx.conn()).await?;
    Ok(row.map(|row| json::read(&row.content)).transpose()?)
}

/// The same, to look at.
pub async fn find_active(conn: &impl ConnectionTrait, company: CompanyId) -> Result<Option<RegisteredAccount>, Stop> {
    let row = Entity::find().filter(Column::ActiveOf.eq(company.uuid())).one(conn).await?;
    Ok(row.map(|row| json::read(&row.content)).transpose()?)
}

/// Its whole number, to send money to.
pub async fn number(tx: &Tx, id: RegisteredAccountId) -> Result<String, Stop> {
    let row = Entity::find_by_id(id.uuid()).one(tx.conn()).await?.ok_or(REGISTERED_ACCOUNT_NOT_FOUND)?;
    let number = tx.sealer().open(NUMBER, &row.number).map_err(Fault::bug)?;
    Ok(String::from_utf8(number).map_err(Fault::bug)?)
}

/// As a verb left it: one version on.
pub async fn save(tx: &Tx, a: &RegisteredAccount) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        version: Set(a.version),
        state: Set(json::word(&a.state)?),
        active_of: Set(a.is_active().then(|| a.company.uuid())),
        content: Set(json::write(a)?),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(a.id.uuid()))
        .filter(Column::Version.eq(a.version - 1))
        .exec(tx.conn())
        .await
        .map_err(refusal)?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::bug(anyhow::anyhow!("{} was changed unlocked", a.id)).into())
    }
}

/// A page, newest first.
pub async fn page(conn: &impl ConnectionTrait, f: &Filter, page: &Page) -> Result<Vec<RegisteredAccount>, Stop> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(page.fetch());
    if let Some(company) = f.company {
        query = query.filter(Column::CompanyId.eq(company.uuid()));
    }
    query = match f.state {
        Some(state) => query.filter(Column::State.eq(json::word(&state)?)),
        None => query.filter(Column::State.ne(json::word(&State::Deleted)?)),
    };
    if let Some(after) = page.after_as::<RegisteredAccountId>()? {
        query = query.filter(Column::Id.lt(after.uuid()));
    }
    let found = query.all(conn).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

/// How many are active or await approval (BI-24).
pub async fn count(conn: &impl ConnectionTrait, company: CompanyId) -> Result<u64, Stop> {
    use sea_orm::PaginatorTrait as _;
    let states = [json::word(&State::Active)?, json::word(&State::AwaitingApproval)?];
    let query = Entity::find().filter(Column::CompanyId.eq(company.uuid())).filter(Column::State.is_in(states));
    Ok(query.count(conn).await?)
}
