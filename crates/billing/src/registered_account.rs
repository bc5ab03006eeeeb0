//! The bank account a company buys voucher credit from and gets refunds to (BI-23): one is active at a time. Its number
//! and bankbook copy lie sealed; answers show the number masked.

pub mod approve;
pub mod delete;
pub mod register;
pub mod reject;
pub mod table;
pub mod views;

use contract::{
    ask,
    billing::v1 as pb,
    notification::v1::{MessagesRequested, Priority},
    timestamp,
};
use flow::{Instant, Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::CompanyId;

use crate::contact::Contact;

words::typed_id!(
    /// A registered account.
    pub RegisteredAccountId, "bac"
);

/// Another company's, or none.
pub const REGISTERED_ACCOUNT_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "REGISTERED_ACCOUNT_NOT_FOUND",
    "There is no such registered account. Check the id; yours are listed under /v1/registeredAccounts.",
    "등록된 계좌가 없습니다. 계좌 목록(/v1/registeredAccounts)에서 확인하세요.",
);
/// BI-23.
pub const ACCOUNT_NOT_IN_STATE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "ACCOUNT_NOT_IN_STATE",
    "This account is {state}.",
    "이 계좌는 {state} 상태이므로 처리할 수 없습니다.",
);

/// A registered account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredAccount {
    id: RegisteredAccountId,
    version: i64,
    company: CompanyId,
    bank: String,
    number_masked: String,
    holder: String,
    state: State,
    registered_at: Instant,
    reject_reason: String,
}

/// BI-23.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// An operator must look at it.
    AwaitingApproval,
    /// The one in use.
    Active,
    /// Refused.
    Rejected,
    /// By the company.
    Deleted,
    /// Another was approved after it.
    Retired,
}

impl RegisteredAccount {
    /// Its id.
    pub fn id(&self) -> RegisteredAccountId {
        self.id
    }

    /// Bank and masked number, as histories show it.
    pub fn shown(&self) -> String {
        format!("{} / {}", self.bank, self.number_masked)
    }

    /// Whether purchases may be paid from it and refunds go to it.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    fn step(&mut self, from: State, to: State) -> Result<(), Refusal> {
        if self.state != from {
            return Err(ACCOUNT_NOT_IN_STATE.with("state", self.state.word()));
        }
        self.state = to;
        self.version += 1;
        Ok(())
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::AwaitingApproval => "awaiting approval",
            Self::Active => "active",
            Self::Rejected => "rejected",
            Self::Deleted => "deleted",
            Self::Retired => "retired",
        }
    }
}

/// An SMS on the decision, if a number was given (BI-23).
fn tell(tx: &mut Tx, account: &RegisteredAccount, contact: Option<&Contact>, template: &str) {
    let Some(phone) = contact.and_then(|c| c.phone.clone()) else { return };
    let variables = [("bank", account.bank.clone()), ("reason", account.reject_reason.clone())];
    let company = account.company.to_string();
    let id = account.id.to_string();
    let (sealer, uuid) = (tx.sealer().clone(), tx.id());
    let priority = Priority::Normal;
    let message = ask::message(&sealer, uuid, template, priority, &company, &id, phone.into(), variables, Vec::new());
    tx.announce(account.id, account.version, MessagesRequested { messages: vec![message] });
}

/// As it is answered.
pub fn render(a: RegisteredAccount) -> pb::RegisteredAccount {
    let state = match a.state {
        State::AwaitingApproval => pb::RegisteredAccountState::AwaitingApproval,
        State::Active => pb::RegisteredAccountState::Active,
        State::Rejected => pb::RegisteredAccountState::Rejected,
        State::Deleted => pb::RegisteredAccountState::Deleted,
        State::Retired => pb::RegisteredAccountState::Retired,
    };
    pb::RegisteredAccount {
        registered_account_id: a.id.to_string(),
        version: a.version,
        company_id: a.company.to_string(),
        bank: a.bank,
        account_number_masked: a.number_masked,
        holder: a.holder,
        state: state.into(),
        create_time: timestamp(a.registered_at),
        reject_reason: a.reject_reason,
    }
}

/// The account a purchase is paid from: the one named, or the active one; only an active one serves (BI-19, BI-23).
pub async fn active(
    tx: &Tx,
    company: CompanyId,
    named: Option<RegisteredAccountId>,
) -> Result<RegisteredAccount, Stop> {
    match named {
        None => Ok(table::active(tx, company).await?.ok_or(NO_ACTIVE_ACCOUNT)?),
        Some(id) => match table::lock(tx, id).await? {
            (account, _) if account.is_active() && account.company == company => Ok(account),
            (account, _) if account.company == company => Err(NO_ACTIVE_ACCOUNT.into()),
            _ => Err(REGISTERED_ACCOUNT_NOT_FOUND.into()),
        },
    }
}

/// BI-19, BI-22.
pub const NO_ACTIVE_ACCOUNT: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "NO_ACTIVE_ACCOUNT",
    "Register a bank account of your company first and wait until it is approved.",
    "먼저 회사 명의 계좌를 등록하고 승인을 받아 주세요.",
);
