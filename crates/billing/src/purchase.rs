//! A purchase of gift-voucher credit (BI-19 to BI-24): pending until its transfer is confirmed, then its lot is funded by
//! voucher; refunded by a saga with voucher, which may be interrupted at any point (BI-22).

pub mod apply;
pub mod approve;
pub mod cancel;
pub mod expire;
pub mod export;
pub mod finish_refund;
pub mod note_lot;
pub mod refund;
pub mod refuse_refund;
pub mod render;
pub mod summary;
pub mod table;
pub mod tick_document;
pub mod views;

use std::collections::BTreeMap;

use contract::billing::v1 as pb;
use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Day, Money};

use crate::{
    allowance::Month,
    company,
    deposit::{self, DepositId, Match},
    price::Price,
    reference::Reference,
    registered_account::RegisteredAccountId,
};

words::typed_id!(
    /// A voucher purchase.
    pub PurchaseId, "pur"
);

/// Another company's, or none.
pub const PURCHASE_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "PURCHASE_NOT_FOUND",
    "There is no such purchase. Check the id; your purchases are listed under /v1/purchases.",
    "해당 구매 내역이 없습니다. 구매 목록(/v1/purchases)에서 번호를 확인하세요.",
);
/// BI-19.
pub const PURCHASE_NOT_PENDING: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PURCHASE_NOT_PENDING",
    "This purchase is {state}; only a pending one can be changed.",
    "이 구매는 {state} 상태입니다. 대기 중인 구매만 처리할 수 있습니다.",
);

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    id: PurchaseId,
    version: i64,
    company: CompanyId,
    number: i64,
    state: State,
    face: Money,
    discounted: Money,
    rate_basis_points: i64,
    price: Price,
    account: RegisteredAccountId,
    account_shown: String,
    depositor: String,
    reference: Reference,
    month: Month,
    applied_at: Instant,
    confirm_by: Day,
    pay_by: Day,
    approved_at: Option<Instant>,
    documents: BTreeMap<Document, Option<Instant>>,
    #[serde(default)]
    attorney_issued_on: Option<Day>,
    deposit: Option<DepositId>,
    refund: Option<Refund>,
    lot: Option<String>,
    valid_through: Option<Day>,
}

/// BI-19.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 대기.
    Pending,
    /// 승인.
    Approved,
    /// 취소.
    Cancelled,
    /// 환불.
    Refunded,
    /// Not paid in time.
    Expired,
    /// Its lot is being closed.
    Refunding,
}

/// BI-21.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// The agent's.
    AgentIdentityCard,
    /// Of the company.
    CompanyRegisterExtract,
    /// Or the registered-use-seal form.
    SealCertificate,
    /// Valid one year.
    PowerOfAttorney,
    /// If it changed since sign-up.
    RegistrationCertificate,
}

/// BI-22.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    requested_at: Instant,
    done: Option<RefundDone>,
    refused: Option<RefundRefused>,
}

/// The money goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDone {
    at: Instant,
    available: Money,
    amount: Money,
    account_shown: String,
    #[serde(default)]
    sent_at: Option<Instant>,
}

/// The lot could not be closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRefused {
    reserved: Money,
    outstanding: Money,
}

impl Purchase {
    /// Its id.
    pub fn id(&self) -> PurchaseId {
        self.id
    }

    /// Face value − discount.
    pub fn owed(&self) -> Money {
        self.price.total
    }

    /// What a transfer is to this purchase today: the sender must be the company (BI-19).
    pub fn judge(&self, amount: Money, depositor: &str, today: Day) -> Match {
        match self.state {
            State::Pending if self.deposit.is_some() => Match::Twice,
            State::Pending if today > self.pay_by => Match::Late,
            State::Pending if !company::same_name(depositor, &self.depositor) => Match::Stranger,
            State::Pending => deposit::judge(self.price.total, amount),
            State::Approved | State::Refunding => Match::Twice,
            State::Cancelled | State::Expired | State::Refunded => Match::Late,
        }
    }

    fn pending(&self) -> Result<(), Refusal> {
        match self.state {
            State::Pending => Ok(()),
            state => Err(PURCHASE_NOT_PENDING.with("state", state.word())),
        }
    }

    /// Ends it.
    fn close(&mut self, state: State, end: pb::PurchaseEnd) -> pb::PurchaseClosed {
        self.state = state;
        self.version += 1;
        pb::PurchaseClosed {
            purchase_id: self.id.to_string(),
            version: self.version,
            company_id: self.company.to_string(),
            end: end.into(),
        }
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
            Self::Refunding => "being refunded",
        }
    }
}

impl Document {
    /// From the wire; nothing for an unspecified one.
    pub fn from_wire(document: pb::PurchaseDocument) -> Option<Self> {
        match document {
            pb::PurchaseDocument::Unspecified => None,
            pb::PurchaseDocument::AgentIdentityCard => Some(Self::AgentIdentityCard),
            pb::PurchaseDocument::CompanyRegisterExtract => Some(Self::CompanyRegisterExtract),
            pb::PurchaseDocument::SealCertificate => Some(Self::SealCertificate),
            pb::PurchaseDocument::PowerOfAttorney => Some(Self::PowerOfAttorney),
            pb::PurchaseDocument::RegistrationCertificate => Some(Self::RegistrationCertificate),
        }
    }

    /// On the wire.
    pub fn to_wire(self) -> pb::PurchaseDocument {
        match self {
            Self::AgentIdentityCard => pb::PurchaseDocument::AgentIdentityCard,
            Self::CompanyRegisterExtract => pb::PurchaseDocument::CompanyRegisterExtract,
            Self::SealCertificate => pb::PurchaseDocument::SealCertificate,
            Self::PowerOfAttorney => pb::PurchaseDocument::PowerOfAttorney,
            Self::RegistrationCertificate => pb::PurchaseDocument::RegistrationCertificate,
        }
    }
}

/// A purchase for the tests of its verbs.
#[cfg(test)]
mod sample {
    use uuid::Uuid;

    use super::*;
    use crate::price::credit;

    /// 20,000,000 of which 10,000,000 at 5 %, pending.
    pub fn purchase() -> Purchase {
        let applied_at: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let (face, discounted) = (Money::from_won(20_000_000), Money::from_won(10_000_000));
        let id = PurchaseId::new(Uuid::from_u128(7));
        Purchase {
            id,
            version: 1,
            company: CompanyId::new(Uuid::from_u128(1)),
            number: 1,
            state: State::Pending,
            face,
            discounted,
            rate_basis_points: 500,
            price: credit::price(face, discounted, 500).unwrap(),
            account: RegisteredAccountId::new(Uuid::from_u128(2)),
            account_shown: "두레은행 / 0810421*****".into(),
            depositor: "주식회사 두레".into(),
            reference: Reference::of(id),
            month: Month::of(Day::of(applied_at)),
            applied_at,
            confirm_by: Day::of(applied_at).plus_days(4),
            pay_by: Day::of(applied_at).plus_days(7),
            approved_at: None,
            documents: BTreeMap::from([(Document::PowerOfAttorney, None)]),
            attorney_issued_on: None,
            deposit: None,
            refund: None,
            lot: None,
            valid_through: None,
        }
    }
}
