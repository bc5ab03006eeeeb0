//! The price of voucher credit (BI-5, BI-20): face value less the discount on the part within the discounted limit, free
//! of VAT.

use words::Money;

use super::{Derivation, Line, LineKind, Price};
use crate::catalogue::Name;

/// The price of `face` of which `discounted` is sold at a rate; nothing if it does not fit.
pub fn price(face: Money, discounted: Money, rate_basis_points: i64) -> Option<Price> {
    let item = "voucher-credit";
    let derivation = Derivation { rule: "BI-20".into(), unit_price: face, quantity: 1, ..Derivation::default() };
    let name = Name { ko: "온누리상품권 충전금액".into(), en: "Gift-voucher credit".into() };
    let mut lines = vec![Line { item: item.into(), name, kind: LineKind::Credit, amount: face, derivation }];
    let mut discount = Money::ZERO;
    if discounted.is_positive() && rate_basis_points > 0 {
        let derivation =
            Derivation { rule: "BI-20".into(), base: discounted, rate_basis_points, ..Derivation::default() };
        let name = Name { ko: "할인".into(), en: "Discount".into() };
        let kind = LineKind::Promotion;
        let mut line = Line { item: item.into(), name, kind, amount: Money::ZERO, derivation };
        line.amount = line.recompute()?;
        discount = line.amount.checked_neg()?;
        lines.push(line);
    }
    let supply = face.checked_sub(discount)?;
    Some(Price {
        catalogue_version: String::new(),
        lines,
        list: face,
        discount,
        supply,
        vat: Money::ZERO,
        total: supply,
        monthly_fee: Money::ZERO,
        first_day: None,
        last_day: None,
    })
}
