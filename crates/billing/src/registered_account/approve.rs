//! An operator approves an account: it becomes the active one, the former is retired (BI-23). The company gets an SMS.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{RegisteredAccount, RegisteredAccountId, State, table, tell};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ApproveAccount {
    account: RegisteredAccountId,
}

impl Verb for ApproveAccount {
    const NAME: &'static str = "ApproveAccount";
    type Answer = RegisteredAccount;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<RegisteredAccount, Stop> {
        let (mut account, contact) = table::lock(tx, self.account).await?;
        account.step(State::AwaitingApproval, State::Active)?;
        if let Some(mut former) = table::active(tx, account.company).await? {
            former.step(State::Active, State::Retired)?;
            table::save(tx, &former).await?;
        }
        table::save(tx, &account).await?;
        tell(tx, &account, contact.as_ref(), "account-approved");
        Ok(account)
    }
}

/// Reads the request.
pub fn parse(m: pb::ApproveAccountRequest) -> Result<ApproveAccount, Refusal> {
    let f = Fields::new();
    let (account,) = f.all((f.parse("registered_account_id", &m.registered_account_id),))?;
    Ok(ApproveAccount { account })
}
