//! A price as it is answered, each line with its derivation (BI-26).

use contract::{billing::v1 as pb, date, money};

use super::{DayPart, Derivation, Line, LineKind, Price};

/// The price.
pub fn render(p: &Price) -> pb::Price {
    pb::Price {
        catalogue_version: p.catalogue_version.clone(),
        lines: p.lines.iter().map(line).collect(),
        list: money(p.list),
        discount: money(p.discount),
        supply: money(p.supply),
        vat: money(p.vat),
        total: money(p.total),
        monthly_fee: money(p.monthly_fee),
        first_day: p.first_day.and_then(date),
        last_day: p.last_day.and_then(date),
    }
}

fn line(l: &Line) -> pb::PriceLine {
    let kind = match l.kind {
        LineKind::OneOff => pb::PriceLineKind::OneOff,
        LineKind::Recurring => pb::PriceLineKind::Recurring,
        LineKind::Promotion => pb::PriceLineKind::Promotion,
        LineKind::TermDiscount => pb::PriceLineKind::TermDiscount,
        LineKind::Vat => pb::PriceLineKind::Vat,
        LineKind::Credit => pb::PriceLineKind::Credit,
    };
    pb::PriceLine {
        item: l.item.clone(),
        name_ko: l.name.ko.clone(),
        name_en: l.name.en.clone(),
        kind: kind.into(),
        amount: money(l.amount),
        derivation: Some(derivation(&l.derivation)),
    }
}

fn derivation(d: &Derivation) -> pb::Derivation {
    pb::Derivation {
        rule: d.rule.clone(),
        unit_price: money(d.unit_price),
        quantity: d.quantity,
        whole_months: d.whole_months,
        day_parts: d.day_parts.iter().map(part).collect(),
        base: money(d.base),
        rate_basis_points: i32::try_from(d.rate_basis_points).unwrap_or(i32::MAX),
        rounding: "down".into(),
        formula: d.formula(),
    }
}

fn part(p: &DayPart) -> pb::DayPart {
    pb::DayPart {
        first_day: date(p.first),
        days_used: i32::try_from(p.used).unwrap_or(i32::MAX),
        days_in_month: i32::try_from(p.of).unwrap_or(i32::MAX),
    }
}
