//! The whole number of the account a due payout goes to (BI-22): who looked stands in its trail.

use contract::{billing::v1 as pb, money};
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::Money;

use super::{PAYOUT_NOT_DUE, PayoutId, State, table};
use crate::registered_account::{self, RegisteredAccount};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RevealPayoutAccount {
    payout: PayoutId,
}

/// Where to send it.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    account: RegisteredAccount,
    number: String,
    amount: Money,
}

impl Verb for RevealPayoutAccount {
    const NAME: &'static str = "RevealPayoutAccount";
    type Answer = Answer;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Answer, Stop> {
        let mut payout = table::lock(tx, self.payout).await?;
        if payout.state != State::Due {
            return Err(PAYOUT_NOT_DUE.into());
        }
        let account = registered_account::active(tx, payout.company, None).await?;
        let number = registered_account::table::number(tx, account.id()).await?;
        payout.trail.add(tx, "looked_up", "");
        payout.version += 1;
        table::save(tx, &payout).await?;
        Ok(Answer { account, number, amount: payout.amount })
    }
}

/// Reads the request.
pub fn parse(m: pb::RevealPayoutAccountRequest) -> Result<RevealPayoutAccount, Refusal> {
    let f = Fields::new();
    let (payout,) = f.all((f.parse("payout_id", &m.payout_id),))?;
    Ok(RevealPayoutAccount { payout })
}

/// As it is answered.
pub fn render(a: Answer) -> pb::PayoutAccount {
    let account = registered_account::render(a.account);
    pb::PayoutAccount {
        registered_account_id: account.registered_account_id,
        bank: account.bank,
        account_number: a.number,
        holder: account.holder,
        amount: money(a.amount),
    }
}
