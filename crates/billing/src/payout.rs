//! The money of a refund on its way back (BI-22): owed once its lot is closed, sent once by an operator, due again if the
//! bank sends it back. It is owed to the company: until it is sent it goes to the account that is active then (BI-23).

pub mod mark_failed;
pub mod mark_sent;
pub mod reveal_account;
pub mod table;
pub mod views;

use contract::{billing::v1 as pb, money, timestamp};
use flow::{Instant, Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Money};

use crate::{
    purchase::PurchaseId,
    registered_account::{RegisteredAccount, RegisteredAccountId},
    trail::Trail,
};

words::typed_id!(
    /// A payout.
    pub PayoutId, "pay"
);

/// None such.
pub const PAYOUT_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "PAYOUT_NOT_FOUND",
    "There is no such payout. Check the id; payouts are listed under /v1/payouts.",
    "해당 환불금 지급 건이 없습니다. 지급 목록(/v1/payouts)에서 확인하세요.",
);
/// BI-22: none is sent twice.
pub const PAYOUT_NOT_DUE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PAYOUT_NOT_DUE",
    "This payout was sent already. If the bank sent it back, mark it as failed first.",
    "이미 지급한 환불금입니다. 은행에서 반송되었다면 먼저 지급 실패로 표시하세요.",
);

/// A payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    id: PayoutId,
    version: i64,
    purchase: PurchaseId,
    company: CompanyId,
    amount: Money,
    state: State,
    account: Option<(RegisteredAccountId, String)>,
    bank_reference: Option<String>,
    owed_at: Instant,
    trail: Trail,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To be sent.
    Due,
    /// Sent.
    Sent,
}

impl Payout {
    /// Sent, once.
    fn send(&mut self, account: (RegisteredAccountId, String), bank_reference: String) -> Result<(), Refusal> {
        if self.state == State::Sent {
            return Err(PAYOUT_NOT_DUE);
        }
        self.state = State::Sent;
        self.account = Some(account);
        self.bank_reference = Some(bank_reference);
        self.version += 1;
        Ok(())
    }

    /// The bank refused it or sent it back: due again. False if it was not sent, which needs no more than a note.
    fn fail(&mut self) -> bool {
        let came_back = self.state == State::Sent;
        self.state = State::Due;
        self.account = None;
        self.bank_reference = None;
        self.version += 1;
        came_back
    }

    /// With the account it goes to now, as far as it was not sent.
    fn to(mut self, active: Option<&RegisteredAccount>) -> Self {
        if self.state == State::Due {
            self.account = active.map(|a| (a.id(), a.shown()));
        }
        self
    }
}

/// Money to send back for a refunded purchase; one payout a purchase, and none for nothing (BI-22).
pub async fn owe(tx: &Tx, company: CompanyId, purchase: PurchaseId, amount: Money) -> Result<(), Stop> {
    if !amount.is_positive() {
        return Ok(());
    }
    let mut payout = Payout {
        id: tx.id(),
        version: 1,
        purchase,
        company,
        amount,
        state: State::Due,
        account: None,
        bank_reference: None,
        owed_at: tx.now(),
        trail: Trail::default(),
    };
    payout.trail.add(tx, "due", "");
    table::insert(tx, &payout).await
}

/// As it is answered, with its next step.
pub fn render(p: Payout) -> pb::Payout {
    let (ko, en) = match (p.state, &p.account) {
        (State::Sent, _) => ("", ""),
        (State::Due, Some(_)) => (
            "등록 계좌로 지급한 뒤 은행 거래번호와 함께 지급 완료로 표시하세요.",
            "Send it to the account shown, then mark it as sent with the bank's number of the transfer.",
        ),
        (State::Due, None) => (
            "회사에 계좌 등록을 요청하고 승인한 뒤 지급하세요.",
            "Ask the company to register an account; send it once that is approved.",
        ),
    };
    let state = match p.state {
        State::Due => pb::PayoutState::Due,
        State::Sent => pb::PayoutState::Sent,
    };
    let (account, shown) = p.account.map(|(id, shown)| (id.to_string(), shown)).unwrap_or_default();
    pb::Payout {
        payout_id: p.id.to_string(),
        version: p.version,
        purchase_id: p.purchase.to_string(),
        company_id: p.company.to_string(),
        amount: money(p.amount),
        state: state.into(),
        registered_account_id: account,
        account_masked: shown,
        bank_reference: p.bank_reference.unwrap_or_default(),
        create_time: timestamp(p.owed_at),
        trail: p.trail.render(),
        next_step_ko: ko.into(),
        next_step_en: en.into(),
    }
}
