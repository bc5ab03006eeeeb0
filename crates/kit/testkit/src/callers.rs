//! Callers to test with.

use flow::{Account, Caller, Client, Operator, Role, Who};
use uuid::Uuid;
use words::{AccountId, CompanyId};

/// The super admin of a company.
pub fn super_admin(company: CompanyId) -> Caller {
    account(Some(company), Role::SuperAdmin, true, &[])
}

/// An admin of a company with these permissions.
pub fn admin(company: CompanyId, permissions: &[&str]) -> Caller {
    account(Some(company), Role::Admin, false, permissions)
}

/// An individual account.
pub fn individual() -> Caller {
    account(None, Role::None, false, &[])
}

/// An operator with these roles.
pub fn operator(roles: &[&str]) -> Caller {
    let id = AccountId::from(Uuid::now_v7());
    of(Who::Operator(Operator { id, roles: roles.iter().map(|r| (*r).to_owned()).collect() }))
}

/// A service client with these scopes.
pub fn client(scopes: &[&str]) -> Caller {
    of(Who::Client(Client { id: "product".into(), scopes: scopes.iter().map(|s| (*s).to_owned()).collect() }))
}

/// Nobody.
pub fn anyone() -> Caller {
    Caller::anyone()
}

/// A new company's id.
pub fn company() -> CompanyId {
    CompanyId::from(Uuid::now_v7())
}

fn account(company: Option<CompanyId>, role: Role, corporate: bool, permissions: &[&str]) -> Caller {
    of(Who::Account(Account {
        id: AccountId::from(Uuid::now_v7()),
        company,
        role,
        corporate,
        permissions: permissions.iter().map(|p| (*p).to_owned()).collect(),
        session: None,
    }))
}

fn of(who: Who) -> Caller {
    Caller { who, address: None }
}
