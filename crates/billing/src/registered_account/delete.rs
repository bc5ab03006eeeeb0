//! The company deletes an account, unless a purchase that is pending or being refunded rests on it (BI-23).

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;

use super::{ACCOUNT_NOT_IN_STATE, RegisteredAccount, RegisteredAccountId, State, table};
use crate::purchase;

/// BI-23.
pub const ACCOUNT_IN_USE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "ACCOUNT_IN_USE",
    "A purchase that is pending or being refunded uses this account. Delete it afterwards.",
    "진행 중인 구매 또는 환불에 사용되는 계좌는 삭제할 수 없습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteAccount {
    account: RegisteredAccountId,
}

impl RegisteredAccount {
    fn delete(&mut self) -> Result<(), Refusal> {
        if self.state == State::Deleted {
            return Err(ACCOUNT_NOT_IN_STATE.with("state", self.state.word()));
        }
        self.step(self.state, State::Deleted)
    }
}

impl Verb for DeleteAccount {
    const NAME: &'static str = "DeleteAccount";
    type Answer = RegisteredAccount;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("voucher.purchase")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<RegisteredAccount, Stop> {
        let (mut account, _) = table::lock(tx, self.account).await?;
        let in_use = purchase::table::rests_on(tx, &account).await?;
        if in_use {
            return Err(ACCOUNT_IN_USE.into());
        }
        account.delete()?;
        table::save(tx, &account).await?;
        Ok(account)
    }
}

/// Reads the request.
pub fn parse(m: pb::DeleteAccountRequest) -> Result<DeleteAccount, Refusal> {
    let f = Fields::new();
    let (account,) = f.all((f.parse("registered_account_id", &m.registered_account_id),))?;
    Ok(DeleteAccount { account })
}
