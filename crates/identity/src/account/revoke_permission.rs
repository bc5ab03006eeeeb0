//! `RevokePermission` (ID-25): the super admin takes a permission from an admin of the same company.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::AccountId;

use super::{Account, Permission, grant_permission::of_company};
use crate::audit::Note;

/// The command.
#[derive(Debug, Serialize)]
pub struct RevokePermission {
    account: AccountId,
    permission: Permission,
}

/// Reads the message.
pub fn parse(m: pb::RevokePermissionRequest) -> Result<RevokePermission, Refusal> {
    let f = Fields::new();
    let (account, permission) = f.all((f.parse("account_id", &m.account_id), f.parse("permission", &m.permission)))?;
    Ok(RevokePermission { account, permission })
}

impl Verb for RevokePermission {
    const NAME: &'static str = "RevokePermission";
    type Answer = Account;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.super_admin()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Account, Stop> {
        let company = tx.caller().company()?;
        let mut account = of_company(tx, self.account, company).await?;
        account.regrant(|has| has.remove(&self.permission))?;
        account.save(tx).await?;
        let note = Note::new("permission.revoked", account.id).of(Some(company));
        note.detail(self.permission.to_string()).record(tx).await?;
        Ok(account)
    }
}
