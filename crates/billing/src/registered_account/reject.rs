//! An operator rejects an account, with a reason the company reads (BI-23). The company gets an SMS.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::text;

use super::{RegisteredAccount, RegisteredAccountId, State, table, tell};

const LONGEST_REASON: usize = 300;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RejectAccount {
    account: RegisteredAccountId,
    reason: String,
}

impl Verb for RejectAccount {
    const NAME: &'static str = "RejectAccount";
    type Answer = RegisteredAccount;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<RegisteredAccount, Stop> {
        let (mut account, contact) = table::lock(tx, self.account).await?;
        account.step(State::AwaitingApproval, State::Rejected)?;
        account.reject_reason.clone_from(&self.reason);
        table::save(tx, &account).await?;
        tell(tx, &account, contact.as_ref(), "account-rejected");
        Ok(account)
    }
}

/// Reads the request.
pub fn parse(m: pb::RejectAccountRequest) -> Result<RejectAccount, Refusal> {
    let f = Fields::new();
    let (account, reason) = f.all((
        f.parse("registered_account_id", &m.registered_account_id),
        f.word("reason", text::line(&m.reason, LONGEST_REASON)),
    ))?;
    Ok(RejectAccount { account, reason })
}
