//! The calculation itself (BI-5), over one or two stretches: what is added until the present end (prorated, BI-6), and the
//! new term on the quantities after it (BI-9).

use std::collections::BTreeMap;

use flow::Refusal;
use words::{Day, Money, Period};

use super::{
    DayPart, Derivation, Line, LineKind, Price,
    check::{AMOUNT_TOO_LARGE, check},
    prorate,
};
use crate::{
    catalogue::{Catalogue, Charge, ChargeModel, Item, Name},
    order::OrderKind,
    selection::{Held, Selection},
};

/// VAT, in hundredths of a per cent.
const VAT: i64 = 1_000;

/// What a selection costs on a day, or why it cannot be ordered.
pub fn calculate(c: &Catalogue, s: &Selection, held: Option<&Held>, today: Day) -> Result<Price, Refusal> {
    let base = check(c, s, held, today)?;
    let mut table = Table { c, s, today, list: Vec::new(), promotions: Vec::new(), terms: Vec::new() };
    let (first_day, last_day) = match (s.kind, held) {
        (OrderKind::Additional | OrderKind::Extension, Some(h)) => table.on_top_of(base, h)?,
        _ => table.afresh(base)?,
    };
    let after = Quantities::after(s, held)?;
    let monthly_fee = monthly_fee(c, base, &after).ok_or(AMOUNT_TOO_LARGE)?;
    table.close(monthly_fee, first_day, last_day).ok_or(AMOUNT_TOO_LARGE)
}

/// How many of each.
struct Quantities {
    seats: i64,
    storage_gb: i64,
    options: BTreeMap<String, i64>,
}

impl Quantities {
    fn of(s: &Selection) -> Self {
        Self { seats: s.seats, storage_gb: s.storage_gb, options: s.options.clone() }
    }

    /// What the site holds once the selection is in force.
    fn after(s: &Selection, held: Option<&Held>) -> Result<Self, Refusal> {
        let mut sum = Self::of(s);
        if let (OrderKind::Additional | OrderKind::Extension, Some(h)) = (s.kind, held) {
            sum.seats = sum.seats.checked_add(h.seats).ok_or(AMOUNT_TOO_LARGE)?;
            sum.storage_gb = sum.storage_gb.checked_add(h.storage_gb).ok_or(AMOUNT_TOO_LARGE)?;
            for (key, had) in &h.options {
                let entry = sum.options.entry(key.clone()).or_default();
                *entry = entry.checked_add(*had).ok_or(AMOUNT_TOO_LARGE)?;
            }
        }
        Ok(sum)
    }
}

/// A stretch of time and what is charged in it.
struct Stretch {
    months: i32,
    parts: Vec<DayPart>,
    /// The monthly flat line belongs to a term, not to additions.
    flat: bool,
    /// One-off prices: of the base service (set-up), of options.
    set_up: bool,
    one_off_options: bool,
    /// What is taken off recurring lines, in hundredths of a per cent.
    prepayment: i64,
    commitment: i64,
    rule: &'static str,
}

struct Table<'a> {
    c: &'a Catalogue,
    s: &'a Selection,
    today: Day,
    list: Vec<Line>,
    promotions: Vec<Line>,
    terms: Vec<Line>,
}

impl Table<'_> {
    /// A new or converting order: a whole term, with set-up.
    fn afresh(&mut self, base: &Item) -> Result<(Option<Day>, Option<Day>), Refusal> {
        let first = self.s.start_day.unwrap_or(self.today);
        let stretch = Stretch {
            months: self.s.term_months,
            parts: Vec::new(),
            flat: true,
            set_up: true,
            one_off_options: true,
            prepayment: prepayment(base, self.s.prepaid),
            commitment: self.c.commitment(self.s.commitment_years).unwrap_or_default(),
            rule: "BI-5",
        };
        self.charge(base, &Quantities::of(self.s), &stretch).ok_or(AMOUNT_TOO_LARGE)?;
        let months = u32::try_from(self.s.term_months).unwrap_or_default();
        Ok((Some(first), (months > 0).then(|| Period::term(first, months).last())))
    }

    /// Additions until the present end; an extension's new term on the quantities after them.
    fn on_top_of(&mut self, base: &Item, held: &Held) -> Result<(Option<Day>, Option<Day>), Refusal> {
        let end = held.last_day.unwrap_or(self.today);
        let from = self.today.max(held.first_day);
        if !self.s.adds_nothing() {
            let (months, parts) = prorate::split(from, end);
            let stretch = Stretch {
                months,
                parts,
                flat: false,
                set_up: false,
                one_off_options: true,
                prepayment: prepayment(base, held.prepaid),
                commitment: 0,
                rule: "BI-6",
            };
            self.charge(base, &Quantities::of(self.s), &stretch).ok_or(AMOUNT_TOO_LARGE)?;
        }
        if self.s.kind == OrderKind::Additional {
            return Ok((Some(from), Some(end)));
        }
        let stretch = Stretch {
            months: self.s.term_months,
            parts: Vec::new(),
            flat: true,
            set_up: false,
            one_off_options: false,
            prepayment: prepayment(base, self.s.prepaid),
            commitment: self.c.commitment(self.s.commitment_years).unwrap_or_default(),
            rule: "BI-9",
        };
        let after = Quantities::after(self.s, Some(held))?;
        self.charge(base, &after, &stretch).ok_or(AMOUNT_TOO_LARGE)?;
        let months = u32::try_from(self.s.term_months).unwrap_or_default();
        let first = if self.s.adds_nothing() { end.next() } else { from };
        Ok((Some(first), Some(Period::term(end.next(), months).last())))
    }

    fn charge(&mut self, base: &Item, q: &Quantities, stretch: &Stretch) -> Option<()> {
        for charge in &base.charges {
            let quantity = if charge.model == ChargeModel::MonthlyPerSeat { q.seats } else { 1 };
            let wanted = match charge.model {
                ChargeModel::OneOff => stretch.set_up,
                ChargeModel::MonthlyFlat => stretch.flat,
                _ => true,
            };
            if wanted {
                self.line(base, charge, quantity, stretch)?;
            }
        }
        let storage = self.c.storage().map(|item| (item, q.storage_gb));
        let options = q.options.iter().filter_map(|(key, quantity)| Some((self.c.item(key)?, *quantity)));
        for (item, quantity) in storage.into_iter().chain(options).collect::<Vec<_>>() {
            for charge in &item.charges {
                if charge.model != ChargeModel::OneOff || stretch.one_off_options {
                    self.line(item, charge, quantity, stretch)?;
                }
            }
        }
        Some(())
    }

    /// One line of the list, and what is taken off it: first promotions, then commitment or prepayment.
    fn line(&mut self, item: &Item, charge: &Charge, quantity: i64, stretch: &Stretch) -> Option<()> {
        if quantity == 0 {
            return Some(());
        }
        let kind = if charge.model == ChargeModel::OneOff { LineKind::OneOff } else { LineKind::Recurring };
        let recurring = kind == LineKind::Recurring;
        let free = charge.model == ChargeModel::FreeWhileHeld;
        let derivation = Derivation {
            rule: stretch.rule.into(),
            unit_price: if free { Money::ZERO } else { charge.unit_price },
            quantity,
            whole_months: if recurring { stretch.months } else { 0 },
            day_parts: if recurring { stretch.parts.clone() } else { Vec::new() },
            ..Derivation::default()
        };
        let name = charge.name.clone().unwrap_or_else(|| item.name.clone());
        let line = Line { item: item.key.clone(), name, kind, amount: Money::ZERO, derivation };
        let mut left = line.recompute()?;
        for (promotion, rate) in self.c.promotions(&item.key, self.s.kind, self.s.term_months, quantity, self.today) {
            let off = off(&item.key, promotion.name.clone(), LineKind::Promotion, left, rate, "BI-1")?;
            left = left.checked_add(off.amount)?;
            self.promotions.push(off);
        }
        let (rate, name, rule) = if charge.model == ChargeModel::MonthlyFlat && stretch.commitment > 0 {
            (stretch.commitment, commitment_name(&line.name), "BI-3")
        } else {
            (stretch.prepayment, prepayment_name(&line.name), "BI-5")
        };
        if recurring && rate > 0 && left.is_positive() {
            self.terms.push(off(&item.key, name, LineKind::TermDiscount, left, rate, rule)?);
        }
        self.list.push(Line { amount: line.recompute()?, ..line });
        Some(())
    }

    /// Supply, VAT and total.
    fn close(self, monthly_fee: Money, first_day: Option<Day>, last_day: Option<Day>) -> Option<Price> {
        let list = Money::total(self.list.iter().map(|l| l.amount))?;
        let off = Money::total(self.promotions.iter().chain(&self.terms).map(|l| l.amount))?;
        let supply = list.checked_add(off)?;
        let derivation =
            Derivation { rule: "BI-5".into(), base: supply, rate_basis_points: VAT, ..Derivation::default() };
        let name = Name { ko: "부가세 (10%)".into(), en: "VAT (10 %)".into() };
        let mut vat = Line { item: String::new(), name, kind: LineKind::Vat, amount: Money::ZERO, derivation };
        vat.amount = vat.recompute()?;
        let tax = vat.amount;
        let mut lines = self.list;
        lines.extend(self.promotions);
        lines.extend(self.terms);
        lines.push(vat);
        Some(Price {
            catalogue_version: self.c.version.clone(),
            lines,
            list,
            discount: off.checked_neg()?,
            supply,
            vat: tax,
            total: supply.checked_add(tax)?,
            monthly_fee,
            first_day,
            last_day,
        })
    }
}

fn off(item: &str, name: Name, kind: LineKind, base: Money, rate: i64, rule: &str) -> Option<Line> {
    let derivation = Derivation { rule: rule.into(), base, rate_basis_points: rate, ..Derivation::default() };
    let mut line = Line { item: item.into(), name, kind, amount: Money::ZERO, derivation };
    line.amount = line.recompute()?;
    Some(line)
}

fn prepayment(base: &Item, prepaid: bool) -> i64 {
    base.prepayment.filter(|_| prepaid).map_or(0, |p| p.rate_basis_points)
}

fn prepayment_name(of: &Name) -> Name {
    Name { ko: format!("장기선납 할인: {}", of.ko), en: format!("Prepayment discount: {}", of.en) }
}

fn commitment_name(of: &Name) -> Name {
    Name { ko: format!("약정 할인: {}", of.ko), en: format!("Commitment discount: {}", of.en) }
}

/// One month without VAT and discounts.
fn monthly_fee(c: &Catalogue, base: &Item, q: &Quantities) -> Option<Money> {
    let of = |item: &Item, quantity: i64| {
        Money::total(
            item.charges
                .iter()
                .map(|charge| match charge.model {
                    ChargeModel::MonthlyFlat => Some(charge.unit_price),
                    ChargeModel::MonthlyPerSeat | ChargeModel::MonthlyPerGb | ChargeModel::MonthlyPerUnit => {
                        charge.unit_price.times(quantity)
                    }
                    _ => Some(Money::ZERO),
                })
                .collect::<Option<Vec<_>>>()?,
        )
    };
    let mut fee = of(base, q.seats)?;
    if let Some(storage) = c.storage() {
        fee = fee.checked_add(of(storage, q.storage_gb)?)?;
    }
    for (key, quantity) in &q.options {
        if let Some(option) = c.item(key) {
            fee = fee.checked_add(of(option, *quantity)?)?;
        }
    }
    Some(fee)
}
