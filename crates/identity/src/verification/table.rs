//! Verifications as rows. A try, a confirmation and a use are each one guarded UPDATE.

use flow::{Instant, Stop, Tx};
use sea_orm::{ActiveModelBehavior, ActiveValue::Set, ExprTrait as _, QuerySelect, entity::prelude::*};
use words::{AccountId, CompanyId, Day, Phone};

use super::{Person, Purpose, TRIES, Verification, VerificationId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub purpose: String,
    pub phone: String,
    pub carrier: i32,
    pub name: String,
    pub birth: Option<ChronoDate>,
    pub sex: i32,
    pub foreigner: bool,
    pub account_id: Option<Uuid>,
    pub company_id: Option<Uuid>,
    pub content_hash: String,
    pub code_hash: Vec<u8>,
    pub challenge_hash: Option<Vec<u8>>,
    pub tries: i32,
    pub state: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub jti: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The code can be given.
const LIVE: &str = "live";
/// Its token can be used.
const CONFIRMED: &str = "confirmed";
/// Neither.
const OVER: &str = "over";

pub(super) async fn replace(
    tx: &Tx,
    v: &Verification,
    code_hash: &[u8],
    challenge: Option<[u8; 32]>,
) -> Result<(), Stop> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(OVER))
        .filter(Column::Phone.eq(v.person.phone.as_str()))
        .filter(Column::Purpose.eq(v.purpose.name()))
        .filter(Column::State.eq(LIVE))
        .exec(tx.conn())
        .await?;
    let row = ActiveModel {
        id: Set(v.id.uuid()),
        purpose: Set(v.purpose.name().into()),
        phone: Set(v.person.phone.as_str().into()),
        carrier: Set(v.person.carrier),
        name: Set(v.person.name.clone()),
        birth: Set(v.person.birth.map(Into::into)),
        sex: Set(v.person.sex),
        foreigner: Set(v.person.foreigner),
        account_id: Set(v.account.map(AccountId::uuid)),
        company_id: Set(v.company.map(CompanyId::uuid)),
        content_hash: Set(v.content_hash.clone()),
        code_hash: Set(code_hash.to_vec()),
        challenge_hash: Set(challenge.map(|c| c.to_vec())),
        tries: Set(0),
        state: Set(LIVE.into()),
        created_at: Set(tx.now()),
        expires_at: Set(v.expires_at),
        jti: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes one of the tries of a live code; the row stays locked until the end. `None`: there is no such code any more.
pub(super) async fn count_try(tx: &Tx, id: VerificationId) -> Result<Option<(Verification, Vec<u8>)>, Stop> {
    let counted = Entity::update_many()
        .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::State.eq(LIVE))
        .filter(Column::Tries.lt(TRIES))
        .filter(Column::ExpiresAt.gt(tx.now()))
        .exec(tx.conn())
        .await?;
    if counted.rows_affected == 0 {
        return Ok(None);
    }
    let row = Entity::find_by_id(id.uuid()).one(tx.conn()).await?;
    row.map(|row| Ok((row.clone().try_into()?, row.code_hash))).transpose()
}

pub(super) async fn of_challenge(tx: &Tx, hash: &[u8]) -> Result<Option<VerificationId>, Stop> {
    let id = Entity::find().select_only().column(Column::Id).filter(Column::ChallengeHash.eq(hash.to_vec()));
    Ok(id.into_tuple::<Uuid>().one(tx.conn()).await?.map(VerificationId::from))
}

pub(super) async fn confirm(tx: &Tx, id: VerificationId, jti: Uuid) -> Result<(), Stop> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(CONFIRMED))
        .col_expr(Column::Jti, Expr::value(jti))
        .filter(Column::Id.eq(id.uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn end(tx: &Tx, id: VerificationId) -> Result<(), Stop> {
    let over = Entity::update_many().col_expr(Column::State, Expr::value(OVER));
    over.filter(Column::Id.eq(id.uuid())).exec(tx.conn()).await?;
    Ok(())
}

/// Whose verification it was, if nobody has used it yet.
pub(super) async fn consume(tx: &Tx, jti: Uuid, purpose: Purpose) -> Result<Option<Person>, Stop> {
    let used = Entity::update_many()
        .col_expr(Column::State, Expr::value(OVER))
        .filter(Column::Jti.eq(jti))
        .filter(Column::Purpose.eq(purpose.name()))
        .filter(Column::State.eq(CONFIRMED))
        .exec(tx.conn())
        .await?;
    if used.rows_affected == 0 {
        return Ok(None);
    }
    let row = Entity::find().filter(Column::Jti.eq(jti)).one(tx.conn()).await?;
    row.map(|row| Verification::try_from(row).map(|v| v.person)).transpose()
}

pub(super) async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(tx.conn()).await?;
    Ok(())
}

impl TryFrom<Model> for Verification {
    type Error = Stop;
    fn try_from(row: Model) -> Result<Self, Stop> {
        let person = Person {
            phone: Phone::parse(&row.phone).map_err(anyhow::Error::from)?,
            name: row.name,
            birth: row.birth.map(Day::from),
            carrier: row.carrier,
            sex: row.sex,
            foreigner: row.foreigner,
        };
        Ok(Self {
            id: row.id.into(),
            purpose: Purpose::named(&row.purpose).ok_or_else(|| anyhow::anyhow!("unknown purpose in verification"))?,
            person,
            account: row.account_id.map(AccountId::from),
            company: row.company_id.map(CompanyId::from),
            content_hash: row.content_hash,
            tries: row.tries,
            expires_at: row.expires_at,
        })
    }
}
