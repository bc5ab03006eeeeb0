//! Accounts as rows: locked while changed, saved under their version; a taken login id is the verb's refusal.

use std::collections::BTreeSet;

use flow::{Fault, Instant, Read, Role, Stop, Tx};
use sea_orm::{
    ActiveModelBehavior, ActiveValue::Set, ExprTrait as _, QueryOrder, QuerySelect, entity::prelude::*,
    sea_query::OnConflict,
};
use words::{AccountId, CompanyId, Day, Email, LoginId, Phone, Secret};

use super::{Account, Kind, LOGIN_ID_TAKEN};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub login_id: String,
    pub kind: String,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub birth: Option<ChronoDate>,
    pub company_id: Option<Uuid>,
    pub role: String,
    pub permissions: String,
    pub department: String,
    pub position: String,
    pub operator_roles: String,
    pub password: String,
    pub must_change: bool,
    pub state: String,
    pub created_at: DateTimeUtc,
    pub last_login_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

const ACTIVE: &str = "active";
const WITHDRAWN: &str = "withdrawn";

/// Inserts it; a taken login id is named as the field it came from.
pub(super) async fn insert(tx: &Tx, account: &Account, field: &str) -> Result<(), Stop> {
    let free = OnConflict::column(Column::LoginId).do_nothing().to_owned();
    let inserted = Entity::insert(row(account)).on_conflict(free).exec_without_returning(tx.conn()).await?;
    if inserted == 0 {
        return Err(LOGIN_ID_TAKEN.violation(field, "LOGIN_ID_TAKEN").into());
    }
    Ok(())
}

pub(super) async fn lock(tx: &Tx, id: AccountId) -> Result<Option<Account>, Stop> {
    let row = Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.conn()).await?;
    row.map(Account::try_from).transpose()
}

pub(super) async fn look(tx: &Tx, id: AccountId) -> Result<Option<Account>, Stop> {
    Entity::find_by_id(id.uuid()).one(tx.conn()).await?.map(Account::try_from).transpose()
}

pub(super) async fn lock_login(tx: &Tx, login_id: &LoginId) -> Result<Option<Account>, Stop> {
    let row = Entity::find().filter(Column::LoginId.eq(login_id.as_str())).lock_exclusive().one(tx.conn()).await?;
    row.map(Account::try_from).transpose()
}

pub(super) async fn super_admin(tx: &Tx, company: CompanyId) -> Result<Option<Account>, Stop> {
    let row = Entity::find()
        .filter(Column::CompanyId.eq(company.uuid()))
        .filter(Column::Role.eq("super_admin"))
        .filter(Column::State.eq(ACTIVE));
    row.one(tx.conn()).await?.map(Account::try_from).transpose()
}

/// Super admin and admins of a company.
pub(super) async fn admins(tx: &Tx, company: CompanyId) -> Result<Vec<Account>, Stop> {
    let rows = Entity::find()
        .filter(Column::CompanyId.eq(company.uuid()))
        .filter(Column::Role.is_in(["super_admin", "admin"]))
        .filter(Column::State.eq(ACTIVE))
        .order_by_asc(Column::Id);
    rows.all(tx.conn()).await?.into_iter().map(Account::try_from).collect()
}

pub(super) async fn any_operator(tx: &Tx) -> Result<bool, Stop> {
    let row = Entity::find().filter(Column::Kind.eq("operator")).filter(Column::State.eq(ACTIVE));
    Ok(row.one(tx.conn()).await?.is_some())
}

pub(super) async fn save(tx: &Tx, account: &Account) -> Result<(), Stop> {
    let saved = Entity::update_many()
        .set(row(account))
        .filter(Column::Id.eq(account.id.uuid()))
        .filter(Column::Version.eq(account.version - 1))
        .exec(tx.conn())
        .await?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::bug(anyhow::anyhow!("an account changed while it was locked")).into())
    }
}

pub(super) async fn find(read: &Read, id: AccountId) -> Result<Option<Account>, Stop> {
    let row = Entity::find_by_id(id.uuid()).filter(Column::State.eq(ACTIVE)).one(read.conn()).await?;
    row.map(Account::try_from).transpose()
}

pub(super) async fn is_free(read: &Read, login_id: &LoginId) -> Result<bool, Stop> {
    Ok(Entity::find().filter(Column::LoginId.eq(login_id.as_str())).one(read.conn()).await?.is_none())
}

/// The accounts of a company, newest first.
pub(super) async fn of_company(
    read: &Read,
    company: CompanyId,
    before: Option<(Instant, Uuid)>,
    most: u64,
) -> Result<Vec<Account>, Stop> {
    let mut rows = Entity::find()
        .filter(Column::CompanyId.eq(company.uuid()))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(most);
    if let Some((at, id)) = before {
        let earlier = Column::CreatedAt.lt(at).or(Column::CreatedAt.eq(at).and(Column::Id.lt(id)));
        rows = rows.filter(earlier);
    }
    rows.all(read.conn()).await?.into_iter().map(Account::try_from).collect()
}

fn row(a: &Account) -> ActiveModel {
    ActiveModel {
        id: Set(a.id.uuid()),
        version: Set(a.version),
        login_id: Set(a.login_id.to_string()),
        kind: Set(kind_name(a.kind).into()),
        name: Set(a.name.clone()),
        email: Set(a.email.as_str().into()),
        phone: Set(a.phone.as_ref().map(|p| p.as_str().to_owned())),
        birth: Set(a.birth.map(Into::into)),
        company_id: Set(a.company.map(CompanyId::uuid)),
        role: Set(role_name(a.role).into()),
        permissions: Set(a.permissions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
        department: Set(a.department.clone()),
        position: Set(a.position.clone()),
        operator_roles: Set(a.operator_roles.iter().cloned().collect::<Vec<_>>().join(" ")),
        password: Set(a.password.expose().clone()),
        must_change: Set(a.must_change),
        state: Set(if a.withdrawn { WITHDRAWN } else { ACTIVE }.into()),
        created_at: Set(a.created_at),
        last_login_at: Set(a.last_login_at),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Individual => "individual",
        Kind::Corporate => "corporate",
        Kind::Operator => "operator",
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::SuperAdmin => "super_admin",
        Role::Admin => "admin",
        Role::None => "none",
    }
}

impl TryFrom<Model> for Account {
    type Error = Stop;
    fn try_from(row: Model) -> Result<Self, Stop> {
        let wrong = |what: words::Wrong| {
            Fault::bug(anyhow::anyhow!("a row of account holds what it should not: {}", what.reason))
        };
        let kinds = [Kind::Individual, Kind::Corporate, Kind::Operator];
        let roles = [Role::SuperAdmin, Role::Admin, Role::None];
        let unknown = || Fault::bug(anyhow::anyhow!("an account of unknown kind or role"));
        let permissions = row.permissions.split_whitespace().map(str::parse).collect::<Result<BTreeSet<_>, _>>();
        Ok(Self {
            id: row.id.into(),
            version: row.version,
            login_id: LoginId::parse(&row.login_id).map_err(wrong)?,
            kind: kinds.into_iter().find(|k| kind_name(*k) == row.kind).ok_or_else(unknown)?,
            name: row.name,
            email: Email::parse(&row.email).map_err(wrong)?,
            phone: row.phone.as_deref().map(Phone::parse).transpose().map_err(wrong)?,
            birth: row.birth.map(Day::from),
            company: row.company_id.map(CompanyId::from),
            role: roles.into_iter().find(|r| role_name(*r) == row.role).ok_or_else(unknown)?,
            permissions: permissions.map_err(wrong)?,
            department: row.department,
            position: row.position,
            operator_roles: row.operator_roles.split_whitespace().map(str::to_owned).collect(),
            password: Secret::new(row.password),
            must_change: row.must_change,
            withdrawn: row.state == WITHDRAWN,
            created_at: row.created_at,
            last_login_at: row.last_login_at,
        })
    }
}
