//! An operator has sent a payout (BI-22): once, to the account that is active, with the bank's number of the transfer. The
//! purchase shows when and where to.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::text;

use super::{Payout, PayoutId, table};
use crate::{
    purchase,
    registered_account::{self, RegisteredAccountId},
};

/// BI-22, BI-23.
pub const PAYOUT_ACCOUNT_NOT_ACTIVE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PAYOUT_ACCOUNT_NOT_ACTIVE",
    "A refund goes to the company's active registered account, and this is not it. Look at the payout again.",
    "환불금은 회사의 사용 중인 등록 계좌로만 지급합니다. 지급 건을 다시 확인하세요.",
);

const LONGEST: usize = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct MarkPayoutSent {
    payout: PayoutId,
    account: RegisteredAccountId,
    bank_reference: String,
}

impl Verb for MarkPayoutSent {
    const NAME: &'static str = "MarkPayoutSent";
    type Answer = Payout;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Payout, Stop> {
        let mut payout = table::lock(tx, self.payout).await?;
        let active = registered_account::table::active(tx, payout.company).await?;
        let to = active.filter(|a| a.id() == self.account).map(|a| (a.id(), a.shown()));
        let shown = to.as_ref().map(|(_, shown)| shown.clone()).unwrap_or_default();
        if payout.state == super::State::Due && to.is_none() {
            return Err(PAYOUT_ACCOUNT_NOT_ACTIVE.into());
        }
        payout.send((self.account, shown.clone()), self.bank_reference.clone())?;
        payout.trail.add(tx, "sent", &self.bank_reference);
        table::save(tx, &payout).await?;
        let mut purchase = purchase::table::lock(tx, payout.purchase).await?;
        purchase.note_payout(Some((tx.now(), shown)));
        purchase::table::save(tx, &purchase).await?;
        Ok(payout)
    }
}

/// Reads the request.
pub fn parse(m: pb::MarkPayoutSentRequest) -> Result<MarkPayoutSent, Refusal> {
    let f = Fields::new();
    let (payout, account, bank_reference) = f.all((
        f.parse("payout_id", &m.payout_id),
        f.parse("registered_account_id", &m.registered_account_id),
        f.word("bank_reference", text::line(&m.bank_reference, LONGEST)),
    ))?;
    Ok(MarkPayoutSent { payout, account, bank_reference })
}
