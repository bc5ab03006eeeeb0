//! Invitations as rows, found by the hash of their token; one live one per company and address (ID-13).

use flow::{Fault, Instant, Read, Stop, Tx};
use sea_orm::{ActiveModelBehavior, ActiveValue::Set, ExprTrait as _, QueryOrder, QuerySelect, entity::prelude::*};
use words::{AccountId, CompanyId, Email, Phone};

use super::{Invitation, InvitationId, State, Way};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub company_id: Uuid,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub reached_at: String,
    pub department: String,
    pub position: String,
    pub token_hash: Vec<u8>,
    pub state: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub created_by: Uuid,
    pub accepted_by: Option<Uuid>,
    pub accepted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts it; an earlier live one to the same address is revoked.
pub(super) async fn replace(tx: &Tx, invitation: &Invitation) -> Result<(), Stop> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Revoked.name()))
        .filter(Column::CompanyId.eq(invitation.company.uuid()))
        .filter(Column::ReachedAt.eq(reached_at(&invitation.way)))
        .filter(Column::State.eq(State::Pending.name()))
        .exec(tx.conn())
        .await?;
    Entity::insert(row(invitation)).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(super) async fn lock(tx: &Tx, id: InvitationId) -> Result<Option<Invitation>, Stop> {
    let row = Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.conn()).await?;
    row.map(Invitation::try_from).transpose()
}

pub(super) async fn lock_token(tx: &Tx, hash: &[u8]) -> Result<Option<Invitation>, Stop> {
    let row = Entity::find().filter(Column::TokenHash.eq(hash.to_vec())).lock_exclusive().one(tx.conn()).await?;
    row.map(Invitation::try_from).transpose()
}

pub(super) async fn save(tx: &Tx, invitation: &Invitation) -> Result<(), Stop> {
    Entity::update_many().set(row(invitation)).filter(Column::Id.eq(invitation.id.uuid())).exec(tx.conn()).await?;
    Ok(())
}

pub(super) async fn find_token(read: &Read, hash: &[u8]) -> Result<Option<Invitation>, Stop> {
    let row = Entity::find().filter(Column::TokenHash.eq(hash.to_vec())).one(read.conn()).await?;
    row.map(Invitation::try_from).transpose()
}

pub(super) async fn open(
    read: &Read,
    company: CompanyId,
    before: Option<(Instant, Uuid)>,
    most: u64,
) -> Result<Vec<Invitation>, Stop> {
    let mut rows = Entity::find()
        .filter(Column::CompanyId.eq(company.uuid()))
        .filter(Column::State.eq(State::Pending.name()))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(most);
    if let Some((at, id)) = before {
        rows = rows.filter(Column::CreatedAt.lt(at).or(Column::CreatedAt.eq(at).and(Column::Id.lt(id))));
    }
    rows.all(read.conn()).await?.into_iter().map(Invitation::try_from).collect()
}

fn reached_at(way: &Way) -> String {
    match way {
        Way::Email(email) => email.as_str().to_lowercase(),
        Way::Phone(phone) => phone.as_str().to_owned(),
    }
}

fn row(i: &Invitation) -> ActiveModel {
    let (email, phone) = match &i.way {
        Way::Email(email) => (Some(email.to_string()), None),
        Way::Phone(phone) => (None, Some(phone.to_string())),
    };
    // Expired is never written: it is pending whose time is over.
    let state = if i.state == State::Expired { State::Pending } else { i.state };
    ActiveModel {
        id: Set(i.id.uuid()),
        company_id: Set(i.company.uuid()),
        name: Set(i.name.clone()),
        email: Set(email),
        phone: Set(phone),
        reached_at: Set(reached_at(&i.way)),
        department: Set(i.department.clone()),
        position: Set(i.position.clone()),
        token_hash: Set(i.token_hash.clone()),
        state: Set(state.name().into()),
        created_at: Set(i.created_at),
        expires_at: Set(i.expires_at),
        created_by: Set(i.created_by.uuid()),
        accepted_by: Set(i.accepted_by.map(AccountId::uuid)),
        accepted_at: Set(i.accepted_at),
    }
}

impl TryFrom<Model> for Invitation {
    type Error = Stop;
    fn try_from(row: Model) -> Result<Self, Stop> {
        let wrong = |what: words::Wrong| {
            Fault::bug(anyhow::anyhow!("a row of invitation holds what it should not: {}", what.reason))
        };
        let unknown = || Fault::bug(anyhow::anyhow!("an invitation of unknown state or way"));
        let way = match (row.email, row.phone) {
            (Some(email), None) => Way::Email(Email::parse(&email).map_err(wrong)?),
            (None, Some(phone)) => Way::Phone(Phone::parse(&phone).map_err(wrong)?),
            _ => return Err(unknown().into()),
        };
        let states = [State::Pending, State::Accepted, State::Revoked];
        Ok(Self {
            id: row.id.into(),
            company: row.company_id.into(),
            name: row.name,
            way,
            department: row.department,
            position: row.position,
            token_hash: row.token_hash,
            state: states.into_iter().find(|s| s.name() == row.state).ok_or_else(unknown)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            created_by: row.created_by.into(),
            accepted_by: row.accepted_by.map(AccountId::from),
            accepted_at: row.accepted_at,
        })
    }
}
