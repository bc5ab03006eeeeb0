//! Sessions, refresh tokens and tries as rows. Using a token and taking a try are each one guarded statement.

use flow::{Instant, Read, Stop, Tx};
use sea_orm::{
    ActiveModelBehavior, ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*,
    sea_query::OnConflict,
};
use words::{AccountId, LoginId, SessionId};

use super::Session;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub address: String,
    pub created_at: DateTimeUtc,
    pub used_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

mod refresh {
    use sea_orm::{ActiveModelBehavior, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
        pub session_id: Uuid,
        pub created_at: DateTimeUtc,
        pub used_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod login_try {
    use sea_orm::{ActiveModelBehavior, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "login_try")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub login_id: String,
        pub failed: i32,
        pub last_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn insert(tx: &Tx, s: &Session) -> Result<(), Stop> {
    let row = ActiveModel {
        id: Set(s.id.uuid()),
        account_id: Set(s.account.uuid()),
        address: Set(s.address.clone()),
        created_at: Set(s.created_at),
        used_at: Set(s.used_at),
        expires_at: Set(s.expires_at),
        ended_at: Set(s.ended_at),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(super) async fn add_refresh(tx: &Tx, session: SessionId, hash: &[u8]) -> Result<(), Stop> {
    let row = refresh::ActiveModel {
        hash: Set(hash.to_vec()),
        session_id: Set(session.uuid()),
        created_at: Set(tx.now()),
        used_at: Set(None),
    };
    refresh::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The session of a refresh token, and whether this is the token's first use.
pub(super) async fn use_refresh(tx: &Tx, hash: &[u8]) -> Result<Option<(Session, bool)>, Stop> {
    let first = refresh::Entity::update_many()
        .col_expr(refresh::Column::UsedAt, Expr::value(tx.now()))
        .filter(refresh::Column::Hash.eq(hash.to_vec()))
        .filter(refresh::Column::UsedAt.is_null())
        .exec(tx.conn())
        .await?
        .rows_affected
        == 1;
    let Some(token) = refresh::Entity::find_by_id(hash.to_vec()).one(tx.conn()).await? else { return Ok(None) };
    let session = Entity::find_by_id(token.session_id).lock_exclusive().one(tx.conn()).await?;
    Ok(session.map(|s| (s.into(), first)))
}

pub(super) async fn touch(tx: &Tx, id: SessionId) -> Result<(), Stop> {
    let used = Entity::update_many().col_expr(Column::UsedAt, Expr::value(tx.now()));
    used.filter(Column::Id.eq(id.uuid())).exec(tx.conn()).await?;
    Ok(())
}

/// Ends one live session of an account, or all; how many.
pub(super) async fn end(tx: &Tx, account: AccountId, only: Option<SessionId>) -> Result<i32, Stop> {
    let mut ended = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(tx.now()))
        .filter(Column::AccountId.eq(account.uuid()))
        .filter(Column::EndedAt.is_null());
    if let Some(only) = only {
        ended = ended.filter(Column::Id.eq(only.uuid()));
    }
    Ok(i32::try_from(ended.exec(tx.conn()).await?.rows_affected).unwrap_or(i32::MAX))
}

pub(super) async fn of_account(
    read: &Read,
    account: AccountId,
    before: Option<SessionId>,
    fetch: u64,
) -> Result<Vec<Session>, Stop> {
    let mut rows = Entity::find()
        .filter(Column::AccountId.eq(account.uuid()))
        .filter(Column::EndedAt.is_null())
        .order_by_desc(Column::Id)
        .limit(fetch);
    if let Some(before) = before {
        rows = rows.filter(Column::Id.lt(before.uuid()));
    }
    Ok(rows.all(read.conn()).await?.into_iter().map(Session::from).collect())
}

pub(super) async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    let old = Entity::find().select_only().column(Column::Id).filter(Column::UsedAt.lt(before)).limit(1000);
    let old: Vec<Uuid> = old.into_tuple().all(tx.conn()).await?;
    refresh::Entity::delete_many().filter(refresh::Column::SessionId.is_in(old.clone())).exec(tx.conn()).await?;
    Entity::delete_many().filter(Column::Id.is_in(old)).exec(tx.conn()).await?;
    Ok(())
}

/// One more wrong try, unless all are used up: one statement, so that parallel ones count.
pub(super) async fn take_try(tx: &Tx, login_id: &LoginId, most: i32) -> Result<bool, Stop> {
    use sea_orm::ExprTrait as _;
    let failed = Expr::col((login_try::Entity, login_try::Column::Failed));
    let row = login_try::ActiveModel { login_id: Set(login_id.to_string()), failed: Set(1), last_at: Set(tx.now()) };
    let counted = OnConflict::column(login_try::Column::LoginId)
        .value(login_try::Column::Failed, failed.clone().add(1))
        .value(login_try::Column::LastAt, Expr::value(tx.now()))
        .action_and_where(failed.lt(most))
        .to_owned();
    Ok(login_try::Entity::insert(row).on_conflict(counted).exec_without_returning(tx.conn()).await? == 1)
}

pub(super) async fn failed(tx: &Tx, login_id: &LoginId) -> Result<i32, Stop> {
    failed_in(tx.conn(), login_id).await
}

pub(super) async fn look_failed(read: &Read, login_id: &LoginId) -> Result<i32, Stop> {
    failed_in(read.conn(), login_id).await
}

async fn failed_in(conn: &impl ConnectionTrait, login_id: &LoginId) -> Result<i32, Stop> {
    let row = login_try::Entity::find_by_id(login_id.to_string()).one(conn).await?;
    Ok(row.map_or(0, |r| r.failed))
}

pub(super) async fn clear_tries(tx: &Tx, login_id: &LoginId) -> Result<(), Stop> {
    login_try::Entity::delete_by_id(login_id.to_string()).exec(tx.conn()).await?;
    Ok(())
}

/// Of ids that nobody has.
pub(super) async fn sweep_tries(tx: &Tx, before: Instant) -> Result<(), Stop> {
    let sql = "DELETE FROM login_try WHERE last_at < $1 AND login_id NOT IN (SELECT login_id FROM account)";
    let statement = sea_orm::Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, [before.into()]);
    tx.conn().execute_raw(statement).await?;
    Ok(())
}

impl From<Model> for Session {
    fn from(row: Model) -> Self {
        Self {
            id: row.id.into(),
            account: row.account_id.into(),
            address: row.address,
            created_at: row.created_at,
            used_at: row.used_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}
