//! Windows as rows: one per limit and subject, locked while it slides.

use flow::{Instant, Stop, Tx};
use sea_orm::{ActiveModelBehavior, ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Vec<u8>,
    pub taken: String,
    pub touched_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub(super) async fn lock(tx: &Tx, name: &str, subject: &[u8]) -> Result<Vec<i64>, Stop> {
    let blank = ActiveModel {
        name: Set(name.to_owned()),
        subject: Set(subject.to_vec()),
        taken: Set(String::new()),
        touched_at: Set(tx.now()),
    };
    let there = OnConflict::columns([Column::Name, Column::Subject]).do_nothing().to_owned();
    Entity::insert(blank).on_conflict(there).exec_without_returning(tx.conn()).await?;
    use sea_orm::QuerySelect as _;
    let row = Entity::find_by_id((name.to_owned(), subject.to_vec())).lock_exclusive().one(tx.conn()).await?;
    Ok(row.map(|r| read(&r.taken)).unwrap_or_default())
}

pub(super) async fn look(tx: &Tx, name: &str, subject: &[u8]) -> Result<Vec<i64>, Stop> {
    let row = Entity::find_by_id((name.to_owned(), subject.to_vec())).one(tx.conn()).await?;
    Ok(row.map(|r| read(&r.taken)).unwrap_or_default())
}

pub(super) async fn save(tx: &Tx, name: &str, subject: &[u8], taken: &[i64]) -> Result<(), Stop> {
    let text = taken.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
    Entity::update_many()
        .col_expr(Column::Taken, Expr::value(text))
        .col_expr(Column::TouchedAt, Expr::value(tx.now()))
        .filter(Column::Name.eq(name))
        .filter(Column::Subject.eq(subject.to_vec()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    Entity::delete_many().filter(Column::TouchedAt.lt(before)).exec(tx.conn()).await?;
    Ok(())
}

fn read(text: &str) -> Vec<i64> {
    text.split(' ').filter_map(|at| at.parse().ok()).collect()
}
