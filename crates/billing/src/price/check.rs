//! What can be ordered: within the catalogue's limits, terms, needs and exclusions, and on what the site holds (BI-1, BI-2,
//! BI-3, BI-9).

use flow::{Refusal, code};
use words::Day;

use crate::{
    catalogue::{Catalogue, Item, ItemKind},
    order::OrderKind,
    selection::{Held, Selection},
};

/// BI-2.
pub const UNKNOWN_SERVICE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "UNKNOWN_SERVICE",
    "There is no base service {service}. Choose one of the catalogue.",
    "기본 서비스 {service}은(는) 없습니다. 상품 목록에서 선택하세요.",
);
/// BI-2.
pub const SEATS_OUT_OF_RANGE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SEATS_OUT_OF_RANGE",
    "{service} is sold for {minimum} to {maximum} users; this would be {seats}.",
    "{service}은(는) 사용자 {minimum}명에서 {maximum}명까지 주문할 수 있습니다 (요청 {seats}명).",
);
/// BI-2.
pub const QUANTITY_OUT_OF_RANGE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "QUANTITY_OUT_OF_RANGE",
    "{item} is sold from {minimum} to {maximum}; this would be {quantity}.",
    "{item}은(는) {minimum}에서 {maximum}까지 주문할 수 있습니다 (요청 {quantity}).",
);
/// BI-1.
pub const TERM_NOT_OFFERED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "TERM_NOT_OFFERED",
    "{service} is sold for these terms in months: {terms}. For a free service and for additions leave the term at 0.",
    "{service}의 계약 기간(개월)은 {terms} 중에서 선택하세요. 무료 서비스와 추가 주문의 기간은 0입니다.",
);
/// BI-1.
pub const OPTION_NOT_ORDERABLE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "OPTION_NOT_ORDERABLE",
    "{item} is no option of an order. Choose one of the catalogue.",
    "{item}은(는) 주문할 수 있는 옵션이 아닙니다. 상품 목록에서 선택하세요.",
);
/// BI-1.
pub const OPTION_NEEDS_ANOTHER: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "OPTION_NEEDS_ANOTHER",
    "{item} needs one of: {needs}.",
    "{item}을(를) 주문하려면 다음 중 하나가 필요합니다: {needs}.",
);
/// BI-1.
pub const OPTION_EXCLUDED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "OPTION_EXCLUDED",
    "{item} cannot be held together with {other}.",
    "{item}은(는) {other}와(과) 함께 사용할 수 없습니다.",
);
/// BI-2.
pub const PREPAYMENT_NOT_OFFERED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "PREPAYMENT_NOT_OFFERED",
    "There is no prepayment discount on {service} for this term. Order without it, or choose another term.",
    "{service}의 이 계약 기간에는 선납 할인이 없습니다. 선납 없이 주문하거나 다른 기간을 선택하세요.",
);
/// BI-3.
pub const COMMITMENT_NOT_OFFERED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "COMMITMENT_NOT_OFFERED",
    "Commitment is offered for 1, 2 or 3 years, with a new, extended or converted contract.",
    "약정은 신규, 연장, 전환 계약에 1년, 2년, 3년 단위로 선택할 수 있습니다.",
);
/// BI-3.
pub const DISCOUNTS_EXCLUDE_EACH_OTHER: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "DISCOUNTS_EXCLUDE_EACH_OTHER",
    "Choose commitment or prepayment: their discounts exclude each other.",
    "약정 할인과 선납 할인은 함께 적용되지 않습니다. 하나를 선택하세요.",
);
/// BI-9.
pub const NOTHING_ADDED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "NOTHING_ADDED",
    "An additional order needs seats, storage or options.",
    "추가 주문에는 사용자, 용량 또는 옵션이 필요합니다.",
);
/// BI-9.
pub const KIND_NOT_OFFERED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "KIND_NOT_OFFERED",
    "This kind of order cannot be placed here; ask support to reduce a contract.",
    "이 주문 종류는 직접 신청할 수 없습니다. 계약 축소는 고객센터에 문의하세요.",
);
/// BI-9.
pub const FREE_MUST_CONVERT: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "FREE_MUST_CONVERT",
    "A free service cannot be extended or added to. Convert it to a paid one.",
    "무료 서비스는 추가나 연장을 할 수 없습니다. 유료로 전환하세요.",
);
/// BI-9.
pub const ALREADY_PAID_CLASS: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "ALREADY_PAID_CLASS",
    "This service is paid already; place an additional or extension order.",
    "이미 유료 서비스입니다. 추가 또는 연장 주문을 이용하세요.",
);
/// BI-9.
pub const PERIOD_OVER: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PERIOD_OVER",
    "The period ended on {last_day}.",
    "이용 기간이 {last_day}에 끝났습니다.",
);
/// BI-9.
pub const NOT_THE_HELD_SERVICE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "NOT_THE_HELD_SERVICE",
    "The site holds {held}: leave the base service empty or name that one.",
    "이 사이트의 서비스는 {held}입니다. 기본 서비스를 비워 두거나 같은 값을 입력하세요.",
);
/// BI-9.
pub const START_DAY_OUT_OF_RANGE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "START_DAY_OUT_OF_RANGE",
    "The start day must lie between {earliest} and {latest}.",
    "시작일은 {earliest}부터 {latest}까지 지정할 수 있습니다.",
);
/// No amount of money that fits.
pub const AMOUNT_TOO_LARGE: Refusal = Refusal::new(
    code::OUT_OF_RANGE,
    "AMOUNT_TOO_LARGE",
    "This is more than can be ordered at once.",
    "한 번에 주문할 수 있는 금액을 넘었습니다.",
);

/// A new membership starts at most so many days ahead (ours).
const START_AHEAD_DAYS: i64 = 365;

/// The base service this selection is about, after every limit held.
pub fn check<'a>(c: &'a Catalogue, s: &Selection, held: Option<&Held>, today: Day) -> Result<&'a Item, Refusal> {
    if s.kind == OrderKind::Reduction {
        return Err(KIND_NOT_OFFERED);
    }
    let key = match held {
        Some(h) if matches!(s.kind, OrderKind::Additional | OrderKind::Extension) => {
            if !s.base_service.is_empty() && s.base_service != h.base_service {
                return Err(NOT_THE_HELD_SERVICE.with("held", &h.base_service));
            }
            h.base_service.as_str()
        }
        _ => s.base_service.as_str(),
    };
    let base = c.item(key).filter(|i| i.kind == ItemKind::Base).ok_or_else(|| UNKNOWN_SERVICE.with("service", key))?;
    let (had_seats, had_storage) = match s.kind {
        OrderKind::New => (0, 0),
        OrderKind::Conversion => match held {
            Some(h) if h.paid => return Err(ALREADY_PAID_CLASS),
            _ if !base.is_paid() => return Err(UNKNOWN_SERVICE.with("service", key)),
            _ => (0, 0),
        },
        OrderKind::Additional | OrderKind::Extension => {
            let h = held.filter(|h| h.paid).ok_or(FREE_MUST_CONVERT)?;
            let last = h.last_day.ok_or(FREE_MUST_CONVERT)?;
            if last < today {
                return Err(PERIOD_OVER.with("last_day", last));
            }
            (h.seats, h.storage_gb)
        }
        OrderKind::Reduction => return Err(KIND_NOT_OFFERED),
    };
    if s.kind == OrderKind::Additional && s.adds_nothing() {
        return Err(NOTHING_ADDED);
    }
    check_term(c, base, s)?;
    let seats = had_seats.checked_add(s.seats).ok_or(AMOUNT_TOO_LARGE)?;
    if !(base.minimum..=base.maximum).contains(&seats) {
        let no = SEATS_OUT_OF_RANGE.with("service", key).with("seats", seats);
        return Err(no.with("minimum", base.minimum).with("maximum", base.maximum));
    }
    check_start(s, today)?;
    if s.storage_gb > 0 {
        let storage = c.storage().ok_or_else(|| OPTION_NOT_ORDERABLE.with("item", "storage"))?;
        check_quantity(storage, s.storage_gb, had_storage)?;
        check_needs(storage, key, s, held)?;
    }
    for (key_of, quantity) in &s.options {
        let option = c.item(key_of).filter(|i| i.kind == ItemKind::Option);
        let option = option.ok_or_else(|| OPTION_NOT_ORDERABLE.with("item", key_of))?;
        let had = held.and_then(|h| h.options.get(key_of)).copied().unwrap_or_default();
        check_quantity(option, *quantity, had)?;
        check_needs(option, key, s, held)?;
    }
    Ok(base)
}

fn check_term(c: &Catalogue, base: &Item, s: &Selection) -> Result<(), Refusal> {
    let additional = s.kind == OrderKind::Additional;
    let offered =
        if additional || base.terms.is_empty() { s.term_months == 0 } else { base.terms.contains(&s.term_months) };
    if !offered {
        let terms = base.terms.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(TERM_NOT_OFFERED.with("service", &base.key).with("terms", terms));
    }
    if s.prepaid && s.commitment_years > 0 {
        return Err(DISCOUNTS_EXCLUDE_EACH_OTHER);
    }
    if s.prepaid && !additional && base.prepayment.is_none_or(|p| p.months != s.term_months) {
        return Err(PREPAYMENT_NOT_OFFERED.with("service", &base.key));
    }
    if s.commitment_years > 0 && (additional || c.commitment(s.commitment_years).is_none()) {
        return Err(COMMITMENT_NOT_OFFERED);
    }
    Ok(())
}

fn check_start(s: &Selection, today: Day) -> Result<(), Refusal> {
    let latest = today.plus_days(START_AHEAD_DAYS);
    match s.start_day {
        Some(start) if start < today || latest < start => {
            Err(START_DAY_OUT_OF_RANGE.with("earliest", today).with("latest", latest))
        }
        _ => Ok(()),
    }
}

fn check_quantity(item: &Item, quantity: i64, had: i64) -> Result<(), Refusal> {
    let after = had.checked_add(quantity).ok_or(AMOUNT_TOO_LARGE)?;
    if quantity < item.minimum || item.maximum < after {
        let no = QUANTITY_OUT_OF_RANGE.with("item", &item.key).with("quantity", after);
        return Err(no.with("minimum", item.minimum).with("maximum", item.maximum));
    }
    Ok(())
}

fn check_needs(item: &Item, base: &str, s: &Selection, held: Option<&Held>) -> Result<(), Refusal> {
    let holds =
        |key: &String| key == base || s.options.contains_key(key) || held.is_some_and(|h| h.options.contains_key(key));
    if !item.needs.is_empty() && !item.needs.iter().any(holds) {
        return Err(OPTION_NEEDS_ANOTHER.with("item", &item.key).with("needs", item.needs.join(", ")));
    }
    match item.excludes.iter().find(|key| holds(key)) {
        Some(other) => Err(OPTION_EXCLUDED.with("item", &item.key).with("other", other)),
        None => Ok(()),
    }
}
