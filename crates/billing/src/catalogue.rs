//! The catalogue: what is sold, at which price, within which limits. It is data (`catalogue/<from day>.toml`), loaded and
//! checked whole at the start; the one in force on a day is the newest that has begun (BI-1, BI-2).

mod load;
pub mod views;

use std::collections::BTreeMap;

use serde::Deserialize;
use words::{Day, Money};

use crate::order::OrderKind;

/// Every catalogue published so far, oldest first.
#[derive(Debug, Clone)]
pub struct Catalogues(Vec<Catalogue>);

/// One catalogue, whole.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Its version: an order keeps the one it was priced with.
    pub version: String,
    /// The day from which it holds.
    pub from: Day,
    /// The version of the order terms to accept (BI-9).
    pub terms_version: String,
    commitment: BTreeMap<String, i64>,
    /// The wording of the consent to pay more (BI-28).
    pub consent: Wording,
    items: Vec<Item>,
    #[serde(default)]
    promotions: Vec<Promotion>,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

/// BI-28: `{old}` and `{new}` stand for the monthly fees.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Its version.
    pub wording_version: String,
    ko: String,
    en: String,
}

/// Something that is sold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `shared`, `storage`, `corporate-card` …
    pub key: String,
    /// Where it stands in an order.
    pub kind: ItemKind,
    /// What it is called.
    pub name: Name,
    /// The least that can be ordered.
    pub minimum: i64,
    /// The most that can be held.
    pub maximum: i64,
    /// The terms it is sold for, in months.
    #[serde(default)]
    pub terms: Vec<i32>,
    /// The discount for prepaying.
    pub prepayment: Option<Prepayment>,
    /// What it costs.
    pub charges: Vec<Charge>,
    /// One of these must be held.
    #[serde(default)]
    pub needs: Vec<String>,
    /// None of these may be held beside it.
    #[serde(default)]
    pub excludes: Vec<String>,
}

/// Where an item stands in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// An order has one.
    Base,
    /// Beside that of the seats.
    Storage,
    /// With a quantity.
    Option,
    /// Billed the month after, not ordered.
    InArrears,
}

/// A term whose prepayment is discounted.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepayment {
    /// The term.
    pub months: i32,
    /// Off the recurring part.
    pub rate_basis_points: i64,
}

/// One way an item is charged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// How.
    pub model: ChargeModel,
    /// For one unit, without VAT.
    pub unit_price: Money,
    /// Without charge.
    #[serde(default)]
    pub included: i64,
    /// What the line is called; the item's name if it has none of its own.
    pub name: Option<Name>,
}

/// BI-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeModel {
    /// Once: set-up with a site's first paid order, an option's when it is ordered.
    OneOff,
    /// By the month, whatever the seats.
    MonthlyFlat,
    /// By the month and seat.
    MonthlyPerSeat,
    /// By the month and GB.
    MonthlyPerGb,
    /// By the month and unit.
    MonthlyPerUnit,
    /// By what was used.
    Metered,
    /// Nothing while an item it needs is held.
    FreeWhileHeld,
}

/// A promotion: the highest step reached gives the rate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// Its key.
    pub key: String,
    /// What its line is called.
    pub name: Name,
    items: Vec<String>,
    /// The order kinds it applies to; empty: all.
    #[serde(default)]
    kinds: Vec<OrderKind>,
    /// The terms it applies to; empty: all.
    #[serde(default)]
    terms: Vec<i32>,
    /// Its first day; none: from the catalogue's.
    from: Option<Day>,
    /// Its last day, inclusive; none: as long as the catalogue holds.
    to: Option<Day>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    from_quantity: i64,
    rate_basis_points: i64,
}

impl Catalogues {
    /// The one in force on a day; nothing before the first began.
    pub fn on(&self, day: Day) -> Option<&Catalogue> {
        self.0.iter().rev().find(|c| c.from <= day)
    }

    /// The one an order was priced with.
    pub fn version(&self, version: &str) -> Option<&Catalogue> {
        self.0.iter().find(|c| c.version == version)
    }
}

impl Catalogue {
    /// All items, in the order of the screens.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// An item by its key.
    pub fn item(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|i| i.key == key)
    }

    /// The item of storage beside that of the seats.
    pub fn storage(&self) -> Option<&Item> {
        self.items.iter().find(|i| i.kind == ItemKind::Storage)
    }

    /// BI-3: the rate of so many years' commitment, if it is offered.
    pub fn commitment(&self, years: i32) -> Option<i64> {
        self.commitment.get(&years.to_string()).copied()
    }

    /// The promotions on a line, with their rate in hundredths of a per cent.
    pub fn promotions<'a>(
        &'a self,
        item: &'a str,
        kind: OrderKind,
        term: i32,
        quantity: i64,
        day: Day,
    ) -> impl Iterator<Item = (&'a Promotion, i64)> + 'a {
        self.promotions.iter().filter_map(move |p| {
            let holds = p.items.iter().any(|i| i == item)
                && (p.kinds.is_empty() || p.kinds.contains(&kind))
                && (p.terms.is_empty() || p.terms.contains(&term))
                && p.from.is_none_or(|from| from <= day)
                && p.to.is_none_or(|to| day <= to);
            let step = p.steps.iter().filter(|s| s.from_quantity <= quantity).max_by_key(|s| s.from_quantity)?;
            holds.then_some((p, step.rate_basis_points))
        })
    }
}

impl Item {
    /// True for a base service that costs something.
    pub fn is_paid(&self) -> bool {
        !self.charges.is_empty()
    }
}

impl Wording {
    /// The wording with its figures, Korean and English.
    pub fn with(&self, old: Money, new: Money) -> Name {
        let fill = |text: &str| text.replace("{old}", &old.to_string()).replace("{new}", &new.to_string());
        Name { ko: fill(&self.ko), en: fill(&self.en) }
    }
}
