//! Consent to pay more (BI-28): what, old and new price, when, in which wording; an order it is needed for rests on one
//! given at most 30 days before the new price starts.

pub mod give;
pub mod table;

use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day, Money, SiteId};

use crate::{catalogue::Name, order::OrderKind, price::preview::Basis, selection::Selection};

words::typed_id!(
    /// A consent.
    pub ConsentId, "cns"
);

/// How many days before the new price starts it may have been given.
const VALID_DAYS: i64 = 30;

/// BI-28.
pub const CONSENT_REQUIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "CONSENT_REQUIRED",
    "The monthly fee rises from {old} to {new} won. Give your consent to that (at most 30 days before) and name it in the order.",
    "월 이용료가 {old}원에서 {new}원으로 오릅니다. 요금 변경 동의(시작일 전 30일 이내)를 먼저 해 주세요.",
);

/// A consent given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Consent {
    id: ConsentId,
    company: CompanyId,
    account: AccountId,
    site: SiteId,
    old_fee: Money,
    new_fee: Money,
    wording: String,
    wording_version: String,
    given_at: Instant,
}

/// What must be consented to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Needed {
    /// The site whose price rises.
    pub site: SiteId,
    /// A month at present.
    pub old_fee: Money,
    /// A month after.
    pub new_fee: Money,
    /// The wording, its figures filled in.
    pub wording: Name,
    /// Its version.
    pub wording_version: String,
}

/// Whether this selection needs a consent: a change from free to paid does.
pub fn needed(basis: &Basis<'_>, s: &Selection) -> Option<Needed> {
    let membership = basis.membership.as_ref().filter(|_| s.kind == OrderKind::Conversion)?;
    let (old_fee, new_fee) = (membership.monthly_fee, basis.price.monthly_fee);
    let wording = &basis.catalogue.consent;
    Some(Needed {
        site: s.site?,
        old_fee,
        new_fee,
        wording: wording.with(old_fee, new_fee),
        wording_version: wording.wording_version.clone(),
    })
}

impl Consent {
    /// The first instant it is too old to rest an order on.
    fn expires_at(&self) -> Instant {
        Day::of(self.given_at).plus_days(VALID_DAYS).end()
    }

    /// Whether an order may rest on it: the same site, no higher a price than consented to, not too old.
    pub fn covers(&self, needed: &Needed, now: Instant) -> bool {
        self.site == needed.site && needed.new_fee <= self.new_fee && now < self.expires_at()
    }
}

impl Needed {
    /// The refusal that says what to consent to.
    pub fn refusal(&self) -> Refusal {
        CONSENT_REQUIRED.with("old", self.old_fee).with("new", self.new_fee)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    // BI-28
    #[test]
    fn a_consent_covers_its_site_and_price_for_thirty_days() {
        let site = SiteId::new(Uuid::from_u128(1));
        let given_at = "2026-11-23T01:00:00Z".parse().unwrap();
        let fee = Money::from_won;
        let consent = Consent {
            id: ConsentId::new(Uuid::nil()),
            company: CompanyId::new(Uuid::nil()),
            account: AccountId::new(Uuid::nil()),
            site,
            old_fee: fee(0),
            new_fee: fee(40_000),
            wording: String::new(),
            wording_version: "1".into(),
            given_at,
        };
        let needed = |site, new_fee| Needed {
            site,
            old_fee: fee(0),
            new_fee,
            wording: Name { ko: String::new(), en: String::new() },
            wording_version: "1".into(),
        };
        let last: Instant = "2026-12-23T14:59:59Z".parse().unwrap();
        assert!(consent.covers(&needed(site, fee(40_000)), last));
        assert!(!consent.covers(&needed(site, fee(40_000)), last + chrono::Duration::seconds(1)));
        assert!(!consent.covers(&needed(site, fee(40_001)), given_at));
        assert!(!consent.covers(&needed(SiteId::new(Uuid::from_u128(2)), fee(40_000)), given_at));
    }
}
