//! Records a transfer that arrived and matches it by its reference (BI-11, BI-27): an exact one pays its order, or waits for
//! the approval of its purchase (BI-19, BI-21); every other one stays at the desk with the reason.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{Money, Secret, Wrong, mask, text};

use super::{Deposit, Match, State, table};
use crate::{
    order,
    purchase::{self, PurchaseId},
    reference::Reference,
};

const LONGEST: usize = 100;
const NOT_POSITIVE: Wrong = Wrong::new("NOT_POSITIVE", "Give more than 0 won.", "0원보다 큰 금액을 입력하세요.");

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RecordDeposit {
    amount: Money,
    depositor: Secret<String>,
    reference: String,
    bank_reference: Option<String>,
}

impl RecordDeposit {
    /// What an operator saw arrive for a purchase.
    pub fn for_purchase(amount: Money, depositor: &Secret<String>, purchase: PurchaseId) -> Self {
        Self { amount, depositor: depositor.clone(), reference: purchase.to_string(), bank_reference: None }
    }
}

impl Verb for RecordDeposit {
    const NAME: &'static str = "RecordDeposit";
    type Answer = Deposit;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Deposit, Stop> {
        let mut deposit = Deposit {
            id: tx.id(),
            version: 1,
            amount: self.amount,
            depositor_masked: mask::name(self.depositor.expose()),
            reference: self.reference.clone(),
            matched: Match::Stranger,
            state: State::Open,
            order: None,
            purchase: None,
            owed: None,
            recorded_at: tx.now(),
        };
        attach(tx, &mut deposit, &self.reference, self.depositor.expose()).await?;
        table::insert(tx, &deposit, self.depositor.expose(), self.bank_reference.as_deref()).await?;
        Ok(deposit)
    }
}

/// Matches a deposit with what the reference names.
pub(super) async fn attach(tx: &mut Tx, deposit: &mut Deposit, reference: &str, depositor: &str) -> Result<(), Stop> {
    let reference = Reference::read(reference);
    if let Some(order) = order::table::lock_by_reference(tx, &reference).await? {
        deposit.order = Some(order.id());
        deposit.owed = Some(order.owed());
        deposit.matched = order.judge(deposit.amount, tx.today());
        if deposit.matched == Match::Exact {
            deposit.state = State::Applied;
            order::pay::pay(tx, order).await?;
        }
    } else if let Some(purchase) = purchase::table::lock_by_reference(tx, &reference).await? {
        deposit.purchase = Some(purchase.id());
        deposit.owed = Some(purchase.owed());
        deposit.matched = purchase.judge(deposit.amount, depositor, tx.today());
        if deposit.matched == Match::Exact {
            deposit.state = State::Applied;
            purchase::approve::note_deposit(tx, purchase, deposit.id).await?;
        }
    } else {
        deposit.matched = Match::Stranger;
    }
    Ok(())
}

/// Reads what both RPCs say of a transfer.
pub fn read(
    f: &Fields,
    amount: Result<Money, Wrong>,
    depositor: &str,
    reference: &str,
    bank_reference: &str,
) -> Option<RecordDeposit> {
    let amount = f.word("amount", amount.and_then(|a| if a.is_positive() { Ok(a) } else { Err(NOT_POSITIVE) }));
    let depositor = f.word("depositor", text::optional(depositor, LONGEST));
    let reference = f.word("reference", text::optional(reference, LONGEST));
    let bank_reference = f.word("bank_reference", text::optional(bank_reference, LONGEST));
    Some(RecordDeposit {
        amount: amount?,
        depositor: depositor?.unwrap_or_default().into(),
        reference: reference?.unwrap_or_default(),
        bank_reference: bank_reference?,
    })
}

/// Reads the request.
pub fn parse(m: pb::RecordDepositRequest) -> Result<RecordDeposit, Refusal> {
    let f = Fields::new();
    let amount = contract::won(m.amount.as_ref());
    let (deposit,) = f.all((read(&f, amount, &m.depositor, &m.reference, &m.bank_reference),))?;
    Ok(deposit)
}
