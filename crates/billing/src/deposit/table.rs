//! Deposits. The depositor's name lies sealed; the bank's own number of a transfer is unique, so one is recorded once.

use flow::{Fault, Page, Refusal, Stop, Tx, code};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};

use uuid::Uuid;

use super::{DEPOSIT_NOT_FOUND, Deposit, DepositId, Match, State, views::Filter};
use crate::json;

/// BI-27.
pub const DEPOSIT_ALREADY_RECORDED: Refusal = Refusal::new(
    code::ALREADY_EXISTS,
    "DEPOSIT_ALREADY_RECORDED",
    "A transfer with this bank reference has been recorded already.",
    "같은 은행 거래번호의 입금이 이미 등록되어 있습니다.",
);

const CONTEXT: &str = "depositor";

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deposit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub amount: i64,
        pub matched: String,
        pub state: String,
        pub depositor: Vec<u8>,
        pub bank_reference: Option<String>,
        pub subject_id: Option<Uuid>,
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
            DEPOSIT_ALREADY_RECORDED.into()
        }
        _ => error.into(),
    }
}

/// A new one.
pub async fn insert(tx: &Tx, d: &Deposit, depositor: &str, bank_reference: Option<&str>) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        id: Set(d.id.uuid()),
        version: Set(d.version),
        amount: Set(d.amount.won()),
        matched: Set(json::word(&d.matched)?),
        state: Set(json::word(&d.state)?),
        depositor: Set(tx.sealer().seal(CONTEXT, depositor.as_bytes())),
        bank_reference: Set(bank_reference.map(str::to_owned)),
        subject_id: Set(d.subject()),
        content: Set(json::write(d)?),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await.map_err(refusal)?;
    Ok(())
}

/// Locked until the transaction ends, with the depositor's name.
pub async fn lock(tx: &Tx, id: DepositId) -> Result<(Deposit, String), Stop> {
    let row = Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.conn()).await?.ok_or(DEPOSIT_NOT_FOUND)?;
    let depositor = tx.sealer().open(CONTEXT, &row.depositor).map_err(Fault::bug)?;
    Ok((json::read(&row.content)?, String::from_utf8(depositor).map_err(Fault::bug)?))
}

/// All that are for the same, oldest first, locked.
pub async fn lock_of(tx: &Tx, subject: Uuid) -> Result<Vec<Deposit>, Stop> {
    let query = Entity::find().filter(Column::SubjectId.eq(subject)).order_by_asc(Column::Id);
    let found = query.lock_exclusive().all(tx.conn()).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}

/// Those before this one that came short of the same, locked.
pub async fn lock_short(tx: &Tx, d: &Deposit) -> Result<Vec<Deposit>, Stop> {
    let Some(subject) = d.subject() else { return Ok(Vec::new()) };
    let all = lock_of(tx, subject).await?;
    Ok(all.into_iter().filter(|o| o.id != d.id && o.state == State::Open && o.matched == Match::Short).collect())
}

/// As a verb left it: one version on.
pub async fn save(tx: &Tx, d: &Deposit) -> Result<(), Stop> {
    let row = entity::ActiveModel {
        version: Set(d.version),
        matched: Set(json::word(&d.matched)?),
        state: Set(json::word(&d.state)?),
        subject_id: Set(d.subject()),
        content: Set(json::write(d)?),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(d.id.uuid()))
        .filter(Column::Version.eq(d.version - 1))
        .exec(tx.conn())
        .await?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::bug(anyhow::anyhow!("{} was changed unlocked", d.id)).into())
    }
}

/// One.
pub async fn find(conn: &impl ConnectionTrait, id: DepositId) -> Result<Deposit, Stop> {
    let row = Entity::find_by_id(id.uuid()).one(conn).await?.ok_or(DEPOSIT_NOT_FOUND)?;
    Ok(json::read(&row.content)?)
}

/// A page, newest first.
pub async fn page(conn: &impl ConnectionTrait, f: &Filter, page: &Page) -> Result<Vec<Deposit>, Stop> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(page.fetch());
    if let Some(matched) = f.matched {
        query = query.filter(Column::Matched.eq(json::word(&matched)?));
    }
    if let Some(state) = f.state {
        query = query.filter(Column::State.eq(json::word(&state)?));
    }
    if let Some(after) = page.after_as::<DepositId>()? {
        query = query.filter(Column::Id.lt(after.uuid()));
    }
    let found = query.all(conn).await?;
    Ok(found.iter().map(|m| json::read(&m.content)).collect::<Result<_, _>>()?)
}
