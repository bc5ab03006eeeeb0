//! Applies for voucher credit (BI-19): in units of ₩10,000, paid by transfer from the company's active registered account.
//! The month's limits are taken at once (BI-20); the documents it needs are listed from ₩10,000,000 (BI-21); the answer
//! shows the business day by which the transfer is confirmed.

use std::collections::BTreeMap;

use contract::{billing::v1 as pb, won};
use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{Day, Money, Wrong, business_day};

use super::{Document, Purchase, PurchaseId, State, table};
use crate::{
    allowance::{self, Month},
    company,
    contact::{self, Contact},
    policy::{self, Defaults},
    price::{AMOUNT_TOO_LARGE, credit},
    reference::Reference,
    registered_account::{self, RegisteredAccountId},
    settings::Settings,
};

/// Units, which is the least as well (ours).
const UNIT: i64 = 10_000;
/// BI-21.
const DOCUMENTS_FROM: i64 = 10_000_000;
/// BI-19: at most so many business days, and the hour after which the next one counts.
const CONFIRM_WITHIN: u32 = 4;
const CUT_OFF: u32 = 15;

const NOT_A_UNIT: Wrong =
    Wrong::new("NOT_A_UNIT", "Buy in units of 10,000 won, at least 10,000.", "1만원 단위로 1만원 이상 입력하세요.");

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ApplyPurchase {
    face: Money,
    account: Option<RegisteredAccountId>,
    contact: Option<Contact>,
    registration_changed: bool,
}

impl Verb for ApplyPurchase {
    const NAME: &'static str = "ApplyPurchase";
    type Answer = Purchase;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("voucher.purchase")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Purchase, Stop> {
        let company = company::of_caller(tx).await?;
        company.may_buy_credit()?;
        let company_id = tx.caller().company()?;
        let account = registered_account::active(tx, company_id, self.account).await?;
        let policy = policy::table::find(tx.conn(), company_id).await?;
        let policy = policy.unwrap_or_else(|| tx.part::<Defaults>().of(&company));
        let month = Month::of(tx.today());
        let discounted = allowance::table::take(tx, company_id, month, &policy, self.face).await?;
        let price = credit::price(self.face, discounted, policy.rate_basis_points).ok_or(AMOUNT_TOO_LARGE)?;
        let id: PurchaseId = tx.id();
        let purchase = Purchase {
            id,
            version: 1,
            company: company_id,
            number: table::next_number(tx, company_id).await?,
            state: State::Pending,
            face: self.face,
            discounted,
            rate_basis_points: policy.rate_basis_points,
            price,
            account: account.id(),
            account_shown: account.shown(),
            depositor: company.name().to_owned(),
            reference: Reference::of(id),
            month,
            applied_at: tx.now(),
            confirm_by: confirm_by(tx.now()),
            pay_by: tx.today().plus_days(tx.part::<Settings>().pay_within_days),
            approved_at: None,
            documents: documents(self.face, self.registration_changed || company.registration_changed()),
            attorney_issued_on: None,
            deposit: None,
            refund: None,
            lot: None,
            valid_through: None,
        };
        table::insert(tx, &purchase, self.contact.as_ref()).await?;
        Ok(purchase)
    }
}

/// BI-19: what comes after the cut-off, or on no business day, counts from the next business day.
fn confirm_by(at: Instant) -> Day {
    let today = Day::of(at);
    let in_time = business_day::is_business_day(today) && today.at(CUT_OFF, 0).is_some_and(|cut_off| at < cut_off);
    let counted_from = if in_time { today } else { business_day::add_business_days(today.next(), 0) };
    business_day::add_business_days(counted_from, CONFIRM_WITHIN)
}

impl Purchase {
    /// BI-21: the registration changed meanwhile.
    pub(super) fn owe_certificate(&mut self) {
        if !self.documents.is_empty() {
            self.documents.entry(Document::RegistrationCertificate).or_default();
        }
    }
}

/// BI-21.
fn documents(face: Money, registration_changed: bool) -> BTreeMap<Document, Option<Instant>> {
    if face.won() < DOCUMENTS_FROM {
        return BTreeMap::new();
    }
    let always = [
        Document::AgentIdentityCard,
        Document::CompanyRegisterExtract,
        Document::SealCertificate,
        Document::PowerOfAttorney,
    ];
    let changed = registration_changed.then_some(Document::RegistrationCertificate);
    always.into_iter().chain(changed).map(|document| (document, None)).collect()
}

/// Reads the request.
pub fn parse(m: pb::ApplyPurchaseRequest) -> Result<ApplyPurchase, Refusal> {
    let f = Fields::new();
    let face = won(m.face_value.as_ref())
        .and_then(|face| if face.is_positive() && face.won() % UNIT == 0 { Ok(face) } else { Err(NOT_A_UNIT) });
    let (face, account, contact) = f.all((
        f.word("face_value", face),
        f.optional("registered_account_id", &m.registered_account_id),
        contact::optional(&f, m.contact),
    ))?;
    Ok(ApplyPurchase { face, account, contact, registration_changed: m.registration_changed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    // BI-19: Seoul is nine hours ahead of these
    #[test]
    fn four_business_days_with_a_cut_off() {
        let by = |text: &str| confirm_by(at(text)).to_string();
        assert_eq!(by("2026-11-23T05:59:59Z"), "2026-11-27", "Monday before 15:00");
        assert_eq!(by("2026-11-23T06:00:00Z"), "2026-11-30", "Monday at 15:00 counts as Tuesday");
        assert_eq!(by("2022-11-24T10:51:51Z"), "2022-12-01", "Thursday evening counts as Friday");
        assert_eq!(by("2026-11-21T01:00:00Z"), "2026-11-27", "Saturday counts as Monday");
        assert_eq!(by("2023-09-27T01:00:00Z"), "2023-10-10", "over Chuseok");
    }

    // BI-21
    #[test]
    fn documents_are_needed_from_ten_million() {
        let of = |face, changed| documents(Money::from_won(face), changed).len();
        assert_eq!((of(9_990_000, true), of(10_000_000, false), of(10_000_000, true)), (0, 4, 5));
    }

    // BI-19
    #[test]
    fn only_units_of_ten_thousand_are_sold() {
        for face in [0, -10_000, 5_000, 10_001, 1_234_567] {
            let m =
                pb::ApplyPurchaseRequest { face_value: contract::money(Money::from_won(face)), ..Default::default() };
            assert_eq!(parse(m).unwrap_err().detail("fields"), Some("face_value"), "{face}");
        }
    }
}
