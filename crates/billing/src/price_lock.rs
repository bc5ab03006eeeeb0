//! A price held for 15 minutes (BI-25): inputs, catalogue version, lines. What names it is billed exactly those lines, or
//! fails with the differences, line by line.

pub mod table;

use std::collections::BTreeMap;

use flow::{Fault, Instant, Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day, Money};

use crate::{
    catalogue::Catalogues,
    price::{Line, Price, calculate, preview::Basis},
    selection::{Held, Selection},
};

words::typed_id!(
    /// A price lock.
    pub PriceLockId, "lck"
);

/// How long a price is held.
const HELD: chrono::Duration = chrono::Duration::minutes(15);

/// BI-25.
pub const PRICE_LOCK_STALE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PRICE_LOCK_STALE",
    "This price no longer holds: {differences}. Preview again and name the new price lock.",
    "가격이 더 이상 유효하지 않습니다: {differences}. 가격을 다시 확인한 뒤 주문하세요.",
);
/// Another's, or none.
pub const PRICE_LOCK_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "PRICE_LOCK_NOT_FOUND",
    "There is no such price lock of yours. Preview the price again with `seal` to get one.",
    "해당 가격 고정이 없습니다. 가격을 다시 조회해 고정하세요.",
);

/// A price, held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PriceLock {
    id: PriceLockId,
    account: AccountId,
    company: Option<CompanyId>,
    offer: Offer,
    expires_at: Instant,
}

/// A price with what it was made from: what a lock and a quote have in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Offer {
    /// The choices.
    pub selection: Selection,
    /// The price.
    pub price: Price,
    /// The day it was made.
    pub day: Day,
}

impl PriceLock {
    /// Seals a price for the caller.
    pub fn seal(tx: &Tx, selection: Selection, basis: &Basis<'_>) -> Result<Self, Refusal> {
        let account = tx.caller().account()?;
        Ok(Self {
            id: tx.id(),
            account: account.id,
            company: account.company,
            offer: Offer { selection, price: basis.price.clone(), day: basis.day },
            expires_at: tx.now() + HELD,
        })
    }

    /// Its id.
    pub fn id(&self) -> PriceLockId {
        self.id
    }

    /// From here it holds no more.
    pub fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// The sealed lines, while they hold for this selection and what the site holds now.
    pub fn bill(self, all: &Catalogues, s: &Selection, held: Option<&Held>, now: Instant) -> Result<Price, Stop> {
        if now >= self.expires_at {
            return Err(PRICE_LOCK_STALE.with("differences", format!("held until {}", self.expires_at)).into());
        }
        self.offer.bill(all, s, held)
    }
}

impl Offer {
    /// The offered lines, if the same selection still makes them of what the site holds now.
    pub fn bill(self, all: &Catalogues, s: &Selection, held: Option<&Held>) -> Result<Price, Stop> {
        if !self.selection.is_priced_as(s) {
            return Err(PRICE_LOCK_STALE.with("differences", "the selection is another").into());
        }
        let version = &self.price.catalogue_version;
        let catalogue =
            all.version(version).ok_or_else(|| Fault::bug(anyhow::anyhow!("catalogue {version} is gone")))?;
        // Priced anew for the day of the offer: a start day that has passed in between changes no figure.
        let same_start = Selection { start_day: self.selection.start_day, ..s.clone() };
        let again = calculate(catalogue, &same_start, held, self.day)?;
        let differences = differences(&self.price, &again);
        if differences.is_empty() {
            return Ok(self.price);
        }
        Err(PRICE_LOCK_STALE.with("differences", differences.join("; ")).into())
    }
}

/// Line by line: what it was and what it would be.
fn differences(was: &Price, is: &Price) -> Vec<String> {
    let by_name = |p: &Price| {
        p.lines.iter().fold(BTreeMap::<String, Money>::new(), |mut all, Line { name, amount, .. }| {
            let sum = all.entry(name.en.clone()).or_default();
            *sum = sum.checked_add(*amount).unwrap_or(*sum);
            all
        })
    };
    let (was, is) = (by_name(was), by_name(is));
    let names: std::collections::BTreeSet<_> = was.keys().chain(is.keys()).collect();
    let at = |p: &BTreeMap<String, Money>, name: &String| p.get(name).copied().unwrap_or_default();
    names
        .into_iter()
        .filter(|name| at(&was, name) != at(&is, name))
        .map(|name| format!("{name}: {} -> {}", at(&was, name), at(&is, name)))
        .collect()
}
