//! An order (BI-9 to BI-12): what was chosen, at which price, in which state. Each verb file adds its own transition; what
//! several ask stands here.

pub mod cancel;
pub mod confirm_deposit;
pub mod expire;
pub mod export;
pub mod fulfil;
pub mod pay;
pub mod place;
pub mod render;
pub mod table;
pub mod views;

use contract::{billing::v1 as pb, date, money};
use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day, SiteId};

use crate::{
    consent::ConsentId,
    price::Price,
    quote::QuoteId,
    reference::Reference,
    selection::{self, Held, Selection},
};

words::typed_id!(
    /// An order.
    pub OrderId, "ord"
);

/// Another company's, or none.
pub const ORDER_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "ORDER_NOT_FOUND",
    "There is no such order. Check the id; your orders are listed under /v1/orders.",
    "해당 주문이 없습니다. 주문 목록(/v1/orders)에서 번호를 확인하세요.",
);

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    id: OrderId,
    version: i64,
    company: CompanyId,
    account: AccountId,
    site: SiteId,
    state: State,
    selection: Selection,
    /// The base service it is about, also where the selection leaves it to what is held.
    base_service: String,
    price: Price,
    /// What the site held when it was priced.
    held: Option<Held>,
    method: Method,
    reference: Reference,
    placed_at: Instant,
    pay_by: Day,
    paid_at: Option<Instant>,
    fulfilled_at: Option<Instant>,
    terms_version: String,
    consent: Option<ConsentId>,
    quote: Option<QuoteId>,
    site_prefix: String,
}

/// BI-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The transfer has not arrived.
    AwaitingPayment,
    /// Not yet in force.
    Paid,
    /// In force.
    Fulfilled,
    /// By the customer.
    Cancelled,
    /// Not paid in time.
    Expired,
    /// Refunded.
    Refunded,
    /// In part.
    PartlyRefunded,
}

/// BI-11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A transfer of the exact amount.
    BankTransfer,
    /// Nothing is to be paid.
    None,
}

impl Order {
    /// The company it belongs to.
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// What membership needs to fulfil it without asking back.
    fn content(&self) -> pb::OrderContent {
        let s = &self.selection;
        let on_top = matches!(s.kind, OrderKind::Additional | OrderKind::Extension);
        let held = self.held.as_ref().filter(|_| on_top);
        pb::OrderContent {
            order_id: self.id.to_string(),
            version: self.version,
            company_id: self.company.to_string(),
            account_id: self.account.to_string(),
            site_id: self.site.to_string(),
            kind: s.kind.to_wire().into(),
            base_service: self.base_service.clone(),
            seats: s.seats,
            storage_gb: s.storage_gb,
            term_months: s.term_months,
            start_day: s.start_day.and_then(date),
            period_end: held.and_then(|h| h.last_day).and_then(date),
            options: selection::options(&s.options),
            site_prefix: self.site_prefix.clone(),
            monthly_fee: money(self.price.monthly_fee),
            prepaid: if s.kind == OrderKind::Additional { held.is_some_and(|h| h.prepaid) } else { s.prepaid },
        }
    }
}

impl State {
    /// On the wire.
    pub fn to_wire(self) -> pb::OrderState {
        match self {
            Self::AwaitingPayment => pb::OrderState::AwaitingPayment,
            Self::Paid => pb::OrderState::Paid,
            Self::Fulfilled => pb::OrderState::Fulfilled,
            Self::Cancelled => pb::OrderState::Cancelled,
            Self::Expired => pb::OrderState::Expired,
            Self::Refunded => pb::OrderState::Refunded,
            Self::PartlyRefunded => pb::OrderState::PartlyRefunded,
        }
    }

    /// From the wire; nothing for an unspecified one.
    pub fn from_wire(state: pb::OrderState) -> Option<Self> {
        match state {
            pb::OrderState::Unspecified => None,
            pb::OrderState::AwaitingPayment => Some(Self::AwaitingPayment),
            pb::OrderState::Paid => Some(Self::Paid),
            pb::OrderState::Fulfilled => Some(Self::Fulfilled),
            pb::OrderState::Cancelled => Some(Self::Cancelled),
            pb::OrderState::Expired => Some(Self::Expired),
            pb::OrderState::Refunded => Some(Self::Refunded),
            pb::OrderState::PartlyRefunded => Some(Self::PartlyRefunded),
        }
    }

    /// As a sentence names it.
    fn word(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting payment",
            Self::Paid => "paid",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
            Self::PartlyRefunded => "partly refunded",
        }
    }
}

/// BI-9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Opens a site.
    New,
    /// From today to the end of the period.
    Additional,
    /// Months from the day after the end.
    Extension,
    /// Free to paid.
    Conversion,
    /// Fewer at the next period.
    Reduction,
}

impl OrderKind {
    /// From the wire; nothing for an unspecified one.
    pub fn from_wire(kind: pb::OrderKind) -> Option<Self> {
        match kind {
            pb::OrderKind::Unspecified => None,
            pb::OrderKind::New => Some(Self::New),
            pb::OrderKind::Additional => Some(Self::Additional),
            pb::OrderKind::Extension => Some(Self::Extension),
            pb::OrderKind::Conversion => Some(Self::Conversion),
            pb::OrderKind::Reduction => Some(Self::Reduction),
        }
    }

    /// On the wire.
    pub fn to_wire(self) -> pb::OrderKind {
        match self {
            Self::New => pb::OrderKind::New,
            Self::Additional => pb::OrderKind::Additional,
            Self::Extension => pb::OrderKind::Extension,
            Self::Conversion => pb::OrderKind::Conversion,
            Self::Reduction => pb::OrderKind::Reduction,
        }
    }
}

/// An order for the tests of its verbs.
#[cfg(test)]
mod sample {
    use uuid::Uuid;

    use super::*;
    use crate::{catalogue::Catalogues, price::calculate};

    /// Shared, 10 users, 12 months, awaiting 583,000.
    pub fn order() -> Order {
        let placed_at: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let today = Day::of(placed_at);
        let selection = Selection {
            kind: OrderKind::New,
            base_service: "shared".into(),
            seats: 10,
            storage_gb: 0,
            term_months: 12,
            prepaid: false,
            commitment_years: 0,
            options: std::collections::BTreeMap::new(),
            site: None,
            start_day: None,
        };
        let all = Catalogues::shipped().unwrap();
        let id = OrderId::new(Uuid::from_u128(7));
        Order {
            id,
            version: 1,
            company: CompanyId::new(Uuid::from_u128(1)),
            account: AccountId::new(Uuid::from_u128(2)),
            site: SiteId::new(Uuid::from_u128(3)),
            state: State::AwaitingPayment,
            price: calculate(all.on(today).unwrap(), &selection, None, today).unwrap(),
            base_service: selection.base_service.clone(),
            selection,
            held: None,
            method: Method::BankTransfer,
            reference: Reference::of(id),
            placed_at,
            pay_by: today.plus_days(7),
            paid_at: None,
            fulfilled_at: None,
            terms_version: "2020-01".into(),
            consent: None,
            quote: None,
            site_prefix: String::new(),
        }
    }
}
