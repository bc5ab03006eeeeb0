//! Accounts (ID-1): kind says how one was opened and never changes; role is what it is in its company.

pub mod change_password;
pub mod contact;
pub mod grant_permission;
mod permission;
pub mod revoke_permission;
pub mod send_temporary_password;
pub mod sign_up_individual;
mod table;
pub mod tell_admins;
pub mod views;

use std::collections::BTreeSet;

use boot::token::{Claims, Kind as TokenKind};
use contract::identity::v1 as pb;
use flow::{BUSY, Instant, Refusal, Role, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day, Email, LoginId, Phone, Secret, SessionId};

pub use contact::Contact;
pub use permission::Permission;

use crate::{consent, session, verification::Person};

/// Somebody has it already (ID-5).
pub const LOGIN_ID_TAKEN: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "LOGIN_ID_TAKEN",
    "This login id is taken. Choose another.",
    "이미 사용 중인 아이디입니다. 다른 아이디를 선택하세요.",
);
/// Not there for this caller.
pub const ACCOUNT_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "ACCOUNT_NOT_FOUND", "There is no such account.", "계정을 찾을 수 없습니다.");

/// ID-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Everybody else's.
    Individual,
    /// Opened with a business number.
    Corporate,
    /// Of the back office.
    Operator,
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    id: AccountId,
    version: i64,
    login_id: LoginId,
    kind: Kind,
    name: String,
    email: Email,
    phone: Option<Phone>,
    birth: Option<Day>,
    company: Option<CompanyId>,
    role: Role,
    permissions: BTreeSet<Permission>,
    department: String,
    position: String,
    operator_roles: BTreeSet<String>,
    /// argon2id; never leaves with an answer.
    #[serde(skip, default = "no_password")]
    password: Secret<String>,
    must_change: bool,
    withdrawn: bool,
    created_at: Instant,
    last_login_at: Option<Instant>,
}

fn no_password() -> Secret<String> {
    Secret::new(String::new())
}

/// What a new account is, beside its contact.
pub struct Opening {
    /// ID-1.
    pub kind: Kind,
    /// Its company.
    pub company: Option<CompanyId>,
    /// ID-1.
    pub role: Role,
    /// What the argon2 turn made of the password.
    pub password: Secret<String>,
}

/// Opens an account for a verified person (ID-5, ID-7): the consents are kept with it.
pub async fn open(tx: &Tx, contact: &Contact, person: Person, opening: Opening) -> Result<Account, Stop> {
    let permissions = if opening.role == Role::Admin { Permission::at_first() } else { BTreeSet::new() };
    let account = Account {
        id: tx.id(),
        version: 1,
        login_id: contact.login_id.clone(),
        kind: opening.kind,
        name: person.name,
        email: contact.email.clone(),
        phone: Some(person.phone),
        birth: person.birth,
        company: opening.company,
        role: opening.role,
        permissions,
        department: contact.department.clone(),
        position: contact.position.clone(),
        operator_roles: BTreeSet::new(),
        password: opening.password,
        must_change: false,
        withdrawn: false,
        created_at: tx.now(),
        last_login_at: None,
    };
    table::insert(tx, &account, &format!("{}login_id", contact.prefix)).await?;
    // Wrong passwords for the id while it was nobody's are not this account's.
    session::tries::clear(tx, &account.login_id).await?;
    consent::keep(tx, account.id, &contact.consents).await?;
    Ok(account)
}

/// An operator's account (ID-30): no person was verified, the password is to be changed unless it came from the settings.
pub struct NewOperator {
    /// Login id.
    pub login_id: LoginId,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: Email,
    /// Second factor.
    pub phone: Option<Phone>,
    /// Roles.
    pub roles: BTreeSet<String>,
    /// What the argon2 turn made of the password.
    pub password: Secret<String>,
    /// Whether it must be changed at the first login.
    pub must_change: bool,
}

/// Opens an operator's account.
pub async fn open_operator(tx: &Tx, new: NewOperator) -> Result<Account, Stop> {
    let account = Account {
        id: tx.id(),
        version: 1,
        login_id: new.login_id,
        kind: Kind::Operator,
        name: new.name,
        email: new.email,
        phone: new.phone,
        birth: None,
        company: None,
        role: Role::None,
        permissions: BTreeSet::new(),
        department: String::new(),
        position: String::new(),
        operator_roles: new.roles,
        password: new.password,
        must_change: new.must_change,
        withdrawn: false,
        created_at: tx.now(),
        last_login_at: None,
    };
    table::insert(tx, &account, "login_id").await?;
    Ok(account)
}

/// An account that was not withdrawn, locked for this transaction.
pub async fn find(tx: &Tx, id: AccountId) -> Result<Account, Stop> {
    table::lock(tx, id).await?.filter(|a| !a.withdrawn).ok_or_else(|| ACCOUNT_NOT_FOUND.into())
}

/// The same, not locked: for questions that change nothing.
pub async fn look(tx: &Tx, id: AccountId) -> Result<Account, Stop> {
    table::look(tx, id).await?.filter(|a| !a.withdrawn).ok_or_else(|| ACCOUNT_NOT_FOUND.into())
}

/// The same by login id.
pub async fn find_login(tx: &Tx, login_id: &LoginId) -> Result<Option<Account>, Stop> {
    Ok(table::lock_login(tx, login_id).await?.filter(|a| !a.withdrawn))
}

/// The super admin of a company.
pub async fn super_admin_of(tx: &Tx, company: CompanyId) -> Result<Option<Account>, Stop> {
    table::super_admin(tx, company).await
}

/// Whether there is an operator yet.
pub async fn any_operator(tx: &Tx) -> Result<bool, Stop> {
    table::any_operator(tx).await
}

impl Account {
    /// Whose.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// What it signs in with.
    pub fn login_id(&self) -> &LoginId {
        &self.login_id
    }

    /// ID-1.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its company.
    pub fn company(&self) -> Option<CompanyId> {
        self.company
    }

    /// E-mail.
    pub fn email(&self) -> &Email {
        &self.email
    }

    /// Phone.
    pub fn phone(&self) -> Option<&Phone> {
        self.phone.as_ref()
    }

    /// Name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The password was a temporary one.
    pub fn must_change(&self) -> bool {
        self.must_change
    }

    /// What is kept of its password.
    pub fn password(&self) -> &Secret<String> {
        &self.password
    }

    /// The person a code is sent to when the account approves something.
    pub fn person(&self) -> Result<Person, Stop> {
        let phone = self.phone.clone().ok_or(ACCOUNT_NOT_FOUND)?;
        Ok(Person { phone, name: self.name.clone(), birth: self.birth, carrier: 0, sex: 0, foreigner: false })
    }

    /// S17: the password that was checked before this transaction is still the account's. If not, it was changed in that
    /// moment: the same request again is checked against the new one.
    pub fn still_has(&self, checked: &Secret<String>) -> Result<(), Refusal> {
        if self.password == *checked { Ok(()) } else { Err(BUSY.retry_after(std::time::Duration::from_secs(1))) }
    }

    /// What its access tokens say.
    pub fn claims(&self, session: SessionId) -> Claims {
        let operator = self.kind == Kind::Operator;
        let permissions = self.permissions.iter().map(ToString::to_string).collect();
        Claims {
            sub: self.id.to_string(),
            kind: if operator { TokenKind::Operator } else { TokenKind::Account },
            company: self.company,
            role: (!operator).then_some(self.role),
            corporate: self.kind == Kind::Corporate,
            grants: if operator { self.operator_roles.clone() } else { permissions },
            session: Some(session),
        }
    }

    /// It has just signed in; a weak hash is replaced (S05).
    pub async fn signed_in(&mut self, tx: &Tx, rehash: Option<Secret<String>>) -> Result<(), Stop> {
        self.last_login_at = Some(tx.now());
        if let Some(hash) = rehash {
            self.password = hash;
        }
        self.save(tx).await
    }

    /// Becomes an admin of a company, with what an invited admin starts with (ID-14, ID-25).
    pub async fn join(&mut self, tx: &Tx, company: CompanyId) -> Result<(), Stop> {
        self.company = Some(company);
        self.role = Role::Admin;
        self.permissions = Permission::at_first();
        self.save(tx).await
    }

    async fn save(&mut self, tx: &Tx) -> Result<(), Stop> {
        self.version += 1;
        table::save(tx, self).await
    }

    /// For its owner and super admin.
    pub fn render(self) -> pb::Account {
        pb::Account {
            account_id: self.id.to_string(),
            login_id: self.login_id.to_string(),
            kind: match self.kind {
                Kind::Individual => pb::AccountKind::Individual,
                Kind::Corporate => pb::AccountKind::Corporate,
                Kind::Operator => pb::AccountKind::Operator,
            }
            .into(),
            company_id: self.company.map(|c| c.to_string()).unwrap_or_default(),
            role: views::role(self.role).into(),
            permissions: self.permissions.iter().map(ToString::to_string).collect(),
            name: self.name,
            email: self.email.into(),
            phone_masked: self.phone.map(|p| p.masked()).unwrap_or_default(),
            department: self.department,
            position: self.position,
            state: if self.withdrawn { pb::AccountState::Withdrawn } else { pb::AccountState::Active }.into(),
            create_time: contract::timestamp(self.created_at),
            last_login_time: self.last_login_at.and_then(contract::timestamp),
        }
    }
}
