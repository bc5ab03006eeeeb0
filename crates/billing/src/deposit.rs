//! The deposit desk (BI-11, BI-27): every transfer that arrived, matched with what it was for or waiting for a decision.
//! None is ever dropped; what is owed is paid by its exact amount, in time, once: by one transfer, by several that came short
//! together, or by the part that is owed of one that was too much.

pub mod record;
pub mod render;
pub mod resolve;
pub mod table;
pub mod views;

use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use words::Money;

use crate::{order::OrderId, purchase::PurchaseId, trail::Trail};

words::typed_id!(
    /// A deposit.
    pub DepositId, "dep"
);

/// BI-27.
pub const DEPOSIT_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "DEPOSIT_NOT_FOUND",
    "There is no such deposit. Check the id; deposits are listed under /v1/deposits.",
    "해당 입금 내역이 없습니다. 입금 목록(/v1/deposits)에서 확인하세요.",
);

/// A transfer that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    id: DepositId,
    version: i64,
    amount: Money,
    depositor_masked: String,
    reference: String,
    matched: Match,
    state: State,
    order: Option<OrderId>,
    purchase: Option<PurchaseId>,
    owed: Option<Money>,
    recorded_at: Instant,
    #[serde(default)]
    to_return: Money,
    #[serde(default)]
    returned: Money,
    #[serde(default)]
    trail: Trail,
}

/// How it matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// The amount owed, in time.
    Exact,
    /// Too little.
    Short,
    /// Too much.
    Over,
    /// After it was closed.
    Late,
    /// It was paid already.
    Twice,
    /// For nothing known, or from somebody else.
    Stranger,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody must decide.
    Open,
    /// It paid what it was for.
    Applied,
    /// To be sent back, all or the rest of it.
    ReturnDue,
    /// Sent back.
    Returned,
}

/// An amount against what is owed.
pub fn judge(owed: Money, amount: Money) -> Match {
    match amount.cmp(&owed) {
        std::cmp::Ordering::Less => Match::Short,
        std::cmp::Ordering::Equal => Match::Exact,
        std::cmp::Ordering::Greater => Match::Over,
    }
}

impl Deposit {
    /// Its id.
    pub fn id(&self) -> DepositId {
        self.id
    }

    /// The order or purchase it is for.
    fn subject(&self) -> Option<Uuid> {
        self.order.map(OrderId::uuid).or(self.purchase.map(PurchaseId::uuid))
    }

    /// True once it has paid what it was for.
    pub fn is_applied(&self) -> bool {
        self.state == State::Applied
    }
}
