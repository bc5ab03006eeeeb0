//! An operator decides what becomes of a deposit in suspense (BI-27): attach it to what it was for, send it back, note that
//! it was sent back. An applied one is decided.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Wrong, text};

use super::{Deposit, DepositId, State, record, table};

/// BI-27.
pub const DEPOSIT_DECIDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DEPOSIT_DECIDED",
    "This deposit has been applied or sent back; nothing is left to decide.",
    "이미 처리된 입금입니다.",
);

const LONGEST: usize = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ResolveDeposit {
    deposit: DepositId,
    decision: Decision,
}

#[derive(Debug, Clone, Serialize)]
enum Decision {
    Return,
    Returned,
    Attach(String),
}

impl Deposit {
    /// Nothing more to decide once it is applied or back.
    fn decide(&mut self, decision: &Decision) -> Result<(), Refusal> {
        self.state = match (self.state, decision) {
            (State::Open, Decision::Return) => State::ReturnDue,
            (State::Open | State::ReturnDue, Decision::Returned) => State::Returned,
            (State::Open, Decision::Attach(_)) => State::Open,
            _ => return Err(DEPOSIT_DECIDED),
        };
        self.version += 1;
        Ok(())
    }

    /// BI-22: what it paid for was cancelled; all of it goes back.
    pub fn return_in_full(&mut self) {
        self.state = State::ReturnDue;
        self.version += 1;
    }
}

impl Verb for ResolveDeposit {
    const NAME: &'static str = "ResolveDeposit";
    type Answer = Deposit;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Deposit, Stop> {
        let (mut deposit, depositor) = table::lock(tx, self.deposit).await?;
        deposit.decide(&self.decision)?;
        if let Decision::Attach(reference) = &self.decision {
            record::attach(tx, &mut deposit, reference, &depositor).await?;
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
        pb::DepositDecision::Unspecified => f.word("decision", Err(Wrong::MISSING)),
    };
    let (deposit, decision) = f.all((f.parse("deposit_id", &m.deposit_id), decision))?;
    Ok(ResolveDeposit { deposit, decision })
}
