//! The one price calculation (BI-5): list price per line → promotion per line → commitment or prepayment on recurring
//! lines → supply → VAT → total. Pure. Quotes, orders and the preview all call [`calculate`]; each line keeps how it came
//! about and can be computed again (BI-26).

mod calculate;
mod check;
pub mod credit;
pub mod preview;
mod prorate;
pub mod render;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use words::{Day, Money};

pub use calculate::calculate;
pub use check::AMOUNT_TOO_LARGE;

use crate::catalogue::Name;

/// A price that can be checked by hand: its lines sum to its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The catalogue it was made with.
    pub catalogue_version: String,
    /// The lines, VAT last.
    pub lines: Vec<Line>,
    /// Before discounts.
    pub list: Money,
    /// What was taken off, as a positive amount.
    pub discount: Money,
    /// list − discount.
    pub supply: Money,
    /// supply / 10, rounded down.
    pub vat: Money,
    /// What is owed.
    pub total: Money,
    /// One month after it, without VAT and discounts.
    pub monthly_fee: Money,
    /// The first day charged.
    pub first_day: Option<Day>,
    /// The last day charged; none: no end.
    pub last_day: Option<Day>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The item's key; empty for VAT.
    pub item: String,
    /// What it is called.
    pub name: Name,
    /// What it is.
    pub kind: LineKind,
    /// Its amount; a discount's is negative.
    pub amount: Money,
    /// How it came about.
    pub derivation: Derivation,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Charged once.
    OneOff,
    /// By the month or part of it.
    Recurring,
    /// Taken off by a promotion.
    Promotion,
    /// Taken off for commitment or prepayment.
    TermDiscount,
    /// The tax.
    Vat,
    /// Voucher credit at face value.
    Credit,
}

/// How a line came about (BI-26): enough to compute it again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// `BI-6` …
    pub rule: String,
    /// For one unit (and month).
    pub unit_price: Money,
    /// Units.
    pub quantity: i64,
    /// Whole months.
    pub whole_months: i32,
    /// Parts of months, each rounded down.
    pub day_parts: Vec<DayPart>,
    /// What a rate is of.
    pub base: Money,
    /// In hundredths of a per cent.
    pub rate_basis_points: i64,
}

/// A part of one calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPart {
    /// Its first day.
    pub first: Day,
    /// Days used, both ends counted.
    pub used: i64,
    /// Days of that calendar month.
    pub of: i64,
}

impl Line {
    /// The amount anew from the derivation alone; nothing if it does not fit (BI-26).
    pub fn recompute(&self) -> Option<Money> {
        let d = &self.derivation;
        let units = || d.unit_price.times(d.quantity);
        let share = || d.base.portion(d.rate_basis_points, 10_000);
        match self.kind {
            LineKind::OneOff | LineKind::Credit => units(),
            LineKind::Recurring => prorate::charge(units()?, d.whole_months, &d.day_parts),
            LineKind::Promotion | LineKind::TermDiscount => share()?.checked_neg(),
            LineKind::Vat => share(),
        }
    }
}

impl Derivation {
    /// In figures, for a person to check by hand.
    pub fn formula(&self) -> String {
        if self.rate_basis_points != 0 {
            let (whole, rest) = (self.rate_basis_points / 100, self.rate_basis_points % 100);
            let rest = if rest == 0 { String::new() } else { format!(".{rest:02}") };
            return format!("⌊{} × {whole}{rest} %⌋", self.base);
        }
        let unit = format!("{} × {}", self.unit_price, self.quantity);
        if self.whole_months == 0 && self.day_parts.is_empty() {
            return unit;
        }
        let mut text = String::new();
        if self.whole_months > 0 {
            let _ = write!(text, "{unit} × {}", self.whole_months);
        }
        for part in &self.day_parts {
            let plus = if text.is_empty() { "" } else { " + " };
            let _ = write!(text, "{plus}⌊{unit} × {}/{}⌋", part.used, part.of);
        }
        text
    }
}
