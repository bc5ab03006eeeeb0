//! `GrantPermission` (ID-25): the super admin gives an admin of the same company a permission. It is in the admin's next
//! access token, ten minutes later at most.

use std::collections::BTreeSet;

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Role, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{AccountId, CompanyId};

use super::{ACCOUNT_NOT_FOUND, Account, Permission, table};
use crate::audit::Note;

/// ID-25.
pub const NOT_AN_ADMIN: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "NOT_AN_ADMIN",
    "Permissions are an admin's; a super admin may do everything anyway.",
    "권한은 관리자에게만 부여할 수 있습니다.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct GrantPermission {
    account: AccountId,
    permission: Permission,
}

/// Reads the message.
pub fn parse(m: pb::GrantPermissionRequest) -> Result<GrantPermission, Refusal> {
    let f = Fields::new();
    let (account, permission) = f.all((f.parse("account_id", &m.account_id), f.parse("permission", &m.permission)))?;
    Ok(GrantPermission { account, permission })
}

impl Account {
    /// Changes what an admin may do; whether that made a difference.
    pub(super) fn regrant(&mut self, change: impl FnOnce(&mut BTreeSet<Permission>) -> bool) -> Result<bool, Refusal> {
        if self.role != Role::Admin {
            return Err(NOT_AN_ADMIN);
        }
        Ok(change(&mut self.permissions))
    }
}

/// An account of this company; another company's is not found.
pub(super) async fn of_company(tx: &Tx, id: AccountId, company: CompanyId) -> Result<Account, Stop> {
    let account = table::lock(tx, id).await?.filter(|a| !a.withdrawn && a.company == Some(company));
    account.ok_or_else(|| ACCOUNT_NOT_FOUND.into())
}

impl Verb for GrantPermission {
    const NAME: &'static str = "GrantPermission";
    type Answer = Account;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.super_admin()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Account, Stop> {
        let company = tx.caller().company()?;
        let mut account = of_company(tx, self.account, company).await?;
        account.regrant(|has| has.insert(self.permission.clone()))?;
        account.save(tx).await?;
        let note = Note::new("permission.granted", account.id).of(Some(company));
        note.detail(self.permission.to_string()).record(tx).await?;
        Ok(account)
    }
}
