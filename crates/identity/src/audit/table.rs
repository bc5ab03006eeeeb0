//! The chain as rows, and its head: one row that is locked while an entry is appended.

use flow::{Fault, Read, Stop, Tx};
use sea_orm::{ActiveModelBehavior, ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};
use words::CompanyId;

use super::Entry;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub at: DateTimeUtc,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub company_id: Option<Uuid>,
    pub address: String,
    pub detail: String,
    pub hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

mod head {
    use sea_orm::{ActiveModelBehavior, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_head")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub number: i64,
        pub hash: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const AT_A_TIME: u64 = 1000;

pub(super) async fn lock_head(tx: &Tx) -> Result<(i64, Vec<u8>), Stop> {
    let head = head::Entity::find_by_id(1).lock_exclusive().one(tx.conn()).await?;
    let head = head.ok_or_else(|| Fault::bug(anyhow::anyhow!("the audit trail lost its head")))?;
    Ok((head.number, head.hash))
}

pub(super) async fn append(tx: &Tx, entry: &Entry) -> Result<(), Stop> {
    let row = ActiveModel {
        number: Set(entry.number),
        at: Set(entry.at),
        actor: Set(entry.actor.clone()),
        action: Set(entry.action.clone()),
        subject: Set(entry.subject.clone()),
        company_id: Set(entry.company.map(CompanyId::uuid)),
        address: Set(entry.address.clone()),
        detail: Set(entry.detail.clone()),
        hash: Set(entry.hash.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    head::Entity::update_many()
        .col_expr(head::Column::Number, Expr::value(entry.number))
        .col_expr(head::Column::Hash, Expr::value(entry.hash.clone()))
        .filter(head::Column::Id.eq(1))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn head(read: &Read) -> Result<(i64, Vec<u8>), Stop> {
    let head = head::Entity::find_by_id(1).one(read.conn()).await?;
    head.map(|h| (h.number, h.hash)).ok_or_else(|| Fault::bug(anyhow::anyhow!("the audit trail lost its head")).into())
}

/// In order, from behind `number` up to `through`.
pub(super) async fn after(read: &Read, number: i64, through: i64) -> Result<Vec<Entry>, Stop> {
    let rows = Entity::find()
        .filter(Column::Number.gt(number))
        .filter(Column::Number.lte(through))
        .order_by_asc(Column::Number)
        .limit(AT_A_TIME);
    Ok(rows.all(read.conn()).await?.into_iter().map(Entry::from).collect())
}

pub(super) async fn page(
    read: &Read,
    company: Option<CompanyId>,
    before: Option<i64>,
    fetch: u64,
) -> Result<Vec<Entry>, Stop> {
    let mut rows = Entity::find().order_by_desc(Column::Number).limit(fetch);
    if let Some(company) = company {
        rows = rows.filter(Column::CompanyId.eq(company.uuid()));
    }
    if let Some(before) = before {
        rows = rows.filter(Column::Number.lt(before));
    }
    Ok(rows.all(read.conn()).await?.into_iter().map(Entry::from).collect())
}

impl From<Model> for Entry {
    fn from(row: Model) -> Self {
        Self {
            number: row.number,
            at: row.at,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            company: row.company_id.map(CompanyId::from),
            address: row.address,
            detail: row.detail,
            hash: row.hash,
        }
    }
}
