//! An operator decides what becomes of a deposit in suspense (BI-27): attach it to what it was for, send it back, note that
//! it was sent back, keep what is owed of too much, note that the rest was asked for. An applied one is decided.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use uuid::Uuid;
use words::{Money, Wrong, text};

use super::{
    Deposit, DepositId, Match, State,
    record::{self, Excess},
    table,
};

/// BI-27.
pub const DEPOSIT_DECIDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DEPOSIT_DECIDED",
    "This deposit has been applied or sent back; nothing is left to decide.",
    "이미 처리된 입금입니다.",
);

/// BI-27.
pub const DECISION_NOT_FITTING: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DECISION_NOT_FITTING",
    "That is decided of a deposit that is too much (keep what is owed) or too little (asked for the rest). See its next step.",
    "초과 입금(필요 금액만 사용) 또는 부족 입금(부족분 요청)에만 할 수 있는 처리입니다. 다음 단계를 확인하세요.",
);

const LONGEST: usize = 100;
const LONGEST_NOTE: usize = 300;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ResolveDeposit {
    deposit: DepositId,
    decision: Decision,
    note: String,
}

#[derive(Debug, Clone, Serialize)]
enum Decision {
    Return,
    Returned,
    Attach(String),
    KeepOwed,
    Asked,
}

impl Deposit {
    /// Nothing more to decide once it is applied or back. Answers the trail's word.
    fn decide(&mut self, decision: &Decision) -> Result<&'static str, Refusal> {
        let word = match (self.state, decision) {
            (State::Open, Decision::Return) => {
                (self.state, self.to_return) = (State::ReturnDue, self.amount);
                "return_due"
            }
            (State::Open, Decision::Returned) => {
                (self.state, self.returned) = (State::Returned, self.amount);
                "returned"
            }
            (State::ReturnDue, Decision::Returned) => {
                // One that was due before amounts were kept goes back whole.
                let due = if self.to_return.is_zero() { self.amount } else { self.to_return };
                self.returned = self.returned.checked_add(due).unwrap_or(self.amount);
                (self.state, self.to_return) = (State::Returned, Money::ZERO);
                "returned"
            }
            (State::Open, Decision::Attach(_)) => "attached",
            (State::Open, Decision::KeepOwed) if self.matched == Match::Over => "keep_owed",
            (State::Open, Decision::Asked) if self.matched == Match::Short => "asked",
            (State::Open, Decision::KeepOwed | Decision::Asked) => return Err(DECISION_NOT_FITTING),
            _ => return Err(DEPOSIT_DECIDED),
        };
        self.version += 1;
        Ok(word)
    }

    /// The id of what it is for, which is a reference too.
    fn subject_id(&self) -> String {
        let order = self.order.map(|id| id.to_string());
        order.or(self.purchase.map(|id| id.to_string())).unwrap_or_default()
    }

    /// BI-22, BI-27: what it was for is over; all of it that is still here goes back. False: nothing is.
    fn return_in_full(&mut self) -> bool {
        let rest = self.amount.checked_sub(self.returned).unwrap_or_default();
        if !rest.is_positive() {
            return false;
        }
        (self.state, self.to_return) = (State::ReturnDue, rest);
        self.version += 1;
        true
    }
}

/// Every deposit of a purchase or order that is over goes back in full (BI-22, BI-27).
pub async fn return_all(tx: &Tx, subject: Uuid) -> Result<(), Stop> {
    for mut deposit in table::lock_of(tx, subject).await? {
        if deposit.return_in_full() {
            deposit.trail.add(tx, "return_due", &deposit.to_return.to_string());
            table::save(tx, &deposit).await?;
        }
    }
    Ok(())
}

impl Verb for ResolveDeposit {
    const NAME: &'static str = "ResolveDeposit";
    type Answer = Deposit;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Deposit, Stop> {
        let (mut deposit, depositor) = table::lock(tx, self.deposit).await?;
        let word = deposit.decide(&self.decision)?;
        deposit.trail.add(tx, word, &self.note);
        match &self.decision {
            Decision::Attach(reference) => {
                record::attach(tx, &mut deposit, reference, &depositor, Excess::Wait).await?;
            }
            Decision::KeepOwed => {
                let subject = deposit.subject_id();
                record::attach(tx, &mut deposit, &subject, &depositor, Excess::SendBack).await?;
            }
            Decision::Return | Decision::Returned | Decision::Asked => {}
        }
        table::save(tx, &deposit).await?;
        Ok(deposit)
    }
}

/// Reads the request.
pub fn parse(m: pb::ResolveDepositRequest) -> Result<ResolveDeposit, Refusal> {
    let f = Fields::new();
    let decision = match m.decision() {
        pb::DepositDecision::Return => Some(Decision::Return),
        pb::DepositDecision::Returned => Some(Decision::Returned),
        pb::DepositDecision::Attach => f.word("reference", text::line(&m.reference, LONGEST)).map(Decision::Attach),
        pb::DepositDecision::KeepOwed => Some(Decision::KeepOwed),
        pb::DepositDecision::Asked => Some(Decision::Asked),
        pb::DepositDecision::Unspecified => f.word("decision", Err(Wrong::MISSING)),
    };
    let note = f.word("note", text::optional(&m.note, LONGEST_NOTE));
    let (deposit, decision, note) = f.all((f.parse("deposit_id", &m.deposit_id), decision, note))?;
    Ok(ResolveDeposit { deposit, decision, note: note.unwrap_or_default() })
}
