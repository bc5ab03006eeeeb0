//! Records a transfer that arrived and matches it by its reference (BI-11, BI-27): an exact one pays its order, or waits for
//! the approval of its purchase (BI-19, BI-21), alone or with those that came short before it; every other one stays at the
//! desk with the reason.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{Money, Secret, Wrong, mask, text};

use super::{Deposit, Match, State, table};
use crate::{
    order,
    purchase::{self, PurchaseId},
    reference::Reference,
    trail::Trail,
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
    pub fn for_purchase(amount: Money, depositor: &str, purchase: PurchaseId) -> Self {
        Self { amount, depositor: depositor.to_owned().into(), reference: purchase.to_string(), bank_reference: None }
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
            to_return: Money::ZERO,
            returned: Money::ZERO,
            trail: Trail::default(),
        };
        deposit.trail.add(tx, "recorded", self.bank_reference.as_deref().unwrap_or_default());
        attach(tx, &mut deposit, &self.reference, self.depositor.expose(), Excess::Wait).await?;
        table::insert(tx, &deposit, self.depositor.expose(), self.bank_reference.as_deref()).await?;
        Ok(deposit)
    }
}

/// What becomes of a transfer that is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// Somebody must decide.
    Wait,
    /// What is owed is paid, the rest goes back.
    SendBack,
}

/// Matches a deposit with what the reference names. Those that came short before count with it (BI-27).
pub(super) async fn attach(
    tx: &mut Tx,
    deposit: &mut Deposit,
    reference: &str,
    depositor: &str,
    excess: Excess,
) -> Result<(), Stop> {
    let reference = Reference::read(reference);
    (deposit.order, deposit.purchase, deposit.owed) = (None, None, None);
    deposit.matched = Match::Stranger;
    if let Some(order) = order::table::lock_by_reference(tx, &reference).await? {
        deposit.order = Some(order.id());
        let sum = gather(tx, deposit, order.owed()).await?;
        deposit.matched = order.judge(sum.all, tx.today());
        if settle(tx, deposit, &sum, excess).await? {
            order::pay::pay(tx, order).await?;
        }
    } else if let Some(purchase) = purchase::table::lock_by_reference(tx, &reference).await? {
        deposit.purchase = Some(purchase.id());
        let sum = gather(tx, deposit, purchase.owed()).await?;
        deposit.matched = purchase.judge(sum.all, depositor, tx.today());
        if settle(tx, deposit, &sum, excess).await? {
            purchase::approve::note_deposit(tx, purchase, deposit.id).await?;
        }
    }
    Ok(())
}

/// What a transfer comes to, with those that came short before it.
struct Sum {
    all: Money,
    owed: Money,
    short: Vec<Deposit>,
}

/// One that is the whole amount by itself needs no others.
async fn gather(tx: &Tx, deposit: &mut Deposit, owed: Money) -> Result<Sum, Stop> {
    deposit.owed = Some(owed);
    let alone = Sum { all: deposit.amount, owed, short: Vec::new() };
    if deposit.amount == owed {
        return Ok(alone);
    }
    let short = table::lock_short(tx, deposit).await?;
    let before = Money::total(short.iter().map(|d| d.amount));
    let (Some(all), Some(rest)) = (
        before.and_then(|sum| sum.checked_add(deposit.amount)),
        before.and_then(|sum| owed.checked_sub(sum)).filter(|rest| rest.is_positive()),
    ) else {
        return Ok(alone);
    };
    deposit.owed = Some(rest);
    Ok(Sum { all, owed, short })
}

/// Whether it pays: exactly, or more, if what is too much goes back.
async fn settle(tx: &Tx, deposit: &mut Deposit, sum: &Sum, excess: Excess) -> Result<bool, Stop> {
    deposit.state = match (deposit.matched, excess) {
        (Match::Exact, _) => State::Applied,
        (Match::Over, Excess::SendBack) => State::ReturnDue,
        _ => return Ok(false),
    };
    deposit.to_return = sum.all.checked_sub(sum.owed).unwrap_or_default();
    deposit.trail.add(tx, "applied", "");
    if deposit.state == State::ReturnDue {
        deposit.trail.add(tx, "return_due", &deposit.to_return.to_string());
    }
    for mut earlier in sum.short.iter().cloned() {
        earlier.state = State::Applied;
        earlier.version += 1;
        earlier.trail.add(tx, "applied", "");
        table::save(tx, &earlier).await?;
    }
    Ok(true)
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
