//! The last that is let through and the first that is not; and what a line says of itself, to the letter.

use contract::{date, money};

use super::*;
use crate::price::{DayPart, Derivation, render::render};

fn derivation(unit_price: i64, whole_months: i32, parts: &[(i64, i64)]) -> Derivation {
    let day_parts = parts.iter().map(|(used, of)| DayPart { first: day("2023-03-10"), used: *used, of: *of }).collect();
    Derivation {
        unit_price: Money::from_won(unit_price),
        quantity: 2,
        whole_months,
        day_parts,
        ..Derivation::default()
    }
}

fn rate(basis_points: i64) -> String {
    Derivation { base: Money::from_won(1_000), rate_basis_points: basis_points, ..Derivation::default() }.formula()
}

// BI-26
#[test]
fn a_formula_is_what_a_person_would_write() {
    assert_eq!([rate(500), rate(1_050), rate(33)], ["⌊1,000 × 5 %⌋", "⌊1,000 × 10.50 %⌋", "⌊1,000 × 0.33 %⌋"]);
    assert_eq!(derivation(3, 0, &[]).formula(), "3 × 2");
    assert_eq!(derivation(3, 4, &[]).formula(), "3 × 2 × 4");
    assert_eq!(derivation(3, 0, &[(1, 30)]).formula(), "⌊3 × 2 × 1/30⌋");
    assert_eq!(derivation(3, 1, &[(1, 30), (2, 31)]).formula(), "3 × 2 × 1 + ⌊3 × 2 × 1/30⌋ + ⌊3 × 2 × 2/31⌋");
}

// BI-20
#[test]
fn voucher_credit_without_a_rate_or_a_limit_left_has_no_discount_line() {
    let (face, none) = (Money::from_won(1_000_000), Money::ZERO);
    for (discounted, rate) in [(face, 0), (none, 500)] {
        let p = credit::price(face, discounted, rate).unwrap();
        assert_eq!((p.lines.len(), p.discount, p.total), (1, none, face));
    }
    let p = credit::price(face, Money::from_won(1), 500).unwrap();
    assert_eq!((p.lines.len(), p.lines[1].kind, p.total), (2, LineKind::Promotion, face), "less than a won is none");
    assert_eq!(p.lines[0].recompute(), Some(face));
    assert!(p.lines.iter().all(|line| line.derivation.rule == "BI-20"));
}

// BI-26
#[test]
fn an_answer_holds_all_of_a_price() {
    let h = Held { prepaid: true, ..held("dedicated", 10, "2022-09-29", "2023-09-28") };
    let p = price(&order(OrderKind::Additional, "", 5, 0), Some(&h));
    let answer = render(&p);
    let sums = [answer.list, answer.discount, answer.supply, answer.vat, answer.total, answer.monthly_fee];
    assert_eq!(sums, [p.list, p.discount, p.supply, p.vat, p.total, p.monthly_fee].map(money));
    assert_eq!((answer.first_day, answer.last_day), (date(day("2023-03-10")), date(day("2023-09-28"))));
    assert_eq!(answer.catalogue_version, "2020-01");
    let kinds: Vec<_> = answer.lines.iter().map(|line| line.kind().as_str_name()).collect();
    let wanted = ["RECURRING", "TERM_DISCOUNT", "VAT"].map(|kind| format!("PRICE_LINE_KIND_{kind}"));
    assert_eq!(kinds, wanted);
    let rules: Vec<_> = p.lines.iter().map(|line| line.derivation.rule.as_str()).collect();
    assert_eq!(rules, ["BI-6", "BI-5", "BI-5"]);
    for (said, line) in answer.lines.iter().zip(&p.lines) {
        assert_eq!(
            (said.item.as_str(), said.name_en.as_str(), said.amount.clone()),
            (&*line.item, &*line.name.en, money(line.amount))
        );
        let derivation = said.derivation.as_ref().unwrap();
        assert_eq!((derivation.formula.as_str(), derivation.rounding.as_str()), (&*line.derivation.formula(), "down"));
        assert_eq!(derivation.rule, line.derivation.rule);
        assert_eq!(derivation.whole_months, line.derivation.whole_months);
        assert_eq!(i64::from(derivation.rate_basis_points), line.derivation.rate_basis_points);
    }
    let part = answer.lines[0].derivation.as_ref().unwrap().day_parts[0];
    assert_eq!((part.first_day, part.days_used, part.days_in_month), (date(day("2023-03-10")), 19, 31));
    assert_eq!(answer.lines[1].name_en, "Prepayment discount: Users (1 GB each)");
}

// BI-9
#[test]
fn a_start_lies_between_today_and_a_year_ahead() {
    let starting = |text| Selection { start_day: Some(day(text)), ..order(OrderKind::New, "shared", 10, 1) };
    for text in ["2023-03-10", "2024-03-09"] {
        let p = price(&starting(text), None);
        assert_eq!((p.first_day, p.last_day), (Some(day(text)), Some(Period::term(day(text), 1).last())));
    }
    for text in ["2023-03-09", "2024-03-10"] {
        assert_eq!(refused(&starting(text), None), "START_DAY_OUT_OF_RANGE");
    }
}

// BI-9
#[test]
fn the_last_day_of_a_period_can_still_be_added_to() {
    let last = held("shared", 10, "2022-03-11", "2023-03-10");
    let p = price(&order(OrderKind::Additional, "", 31, 0), Some(&last));
    assert_eq!((p.list.won(), p.first_day, p.last_day), (4_000, Some(day("2023-03-10")), Some(day("2023-03-10"))));
    let ahead = held("shared", 10, "2023-03-20", "2024-03-19");
    assert_eq!(price(&order(OrderKind::Additional, "", 1, 0), Some(&ahead)).first_day, Some(day("2023-03-20")));
    assert_eq!(price(&order(OrderKind::Additional, "shared", 1, 0), Some(&last)).lines.len(), 2, "it may be named");
}

// BI-2
#[test]
fn seats_and_quantities_are_taken_to_their_limits_with_what_is_held() {
    let h = Held {
        storage_gb: 10,
        options: BTreeMap::from([("hr".to_owned(), 4)]),
        ..held("shared", 9_990, "2022-09-29", "2023-09-28")
    };
    let more = |seats, storage_gb, hr: i64| Selection {
        storage_gb,
        options: (hr != 0).then(|| ("hr".to_owned(), hr)).into_iter().collect(),
        ..order(OrderKind::Additional, "", seats, 0)
    };
    let p = price(&more(10, 99_990, 9_996), Some(&h));
    assert_eq!(p.monthly_fee.won(), 10_000 * 4_000 + 100_000 * 1_000);
    assert_eq!(refused(&more(11, 0, 0), Some(&h)), "SEATS_OUT_OF_RANGE");
    assert_eq!(refused(&more(0, 99_991, 0), Some(&h)), "QUANTITY_OUT_OF_RANGE");
    assert_eq!(refused(&more(0, 0, 9_997), Some(&h)), "QUANTITY_OUT_OF_RANGE");
    assert_eq!(refused(&more(0, 0, -1), Some(&h)), "QUANTITY_OUT_OF_RANGE");
    assert_eq!(refused(&more(i64::MAX, 0, 0), Some(&h)), "AMOUNT_TOO_LARGE");
    assert_eq!(price(&more(0, 1, 0), Some(&h)).list.won(), 6_612, "storage alone: 6,000 and 19/31 of 1,000");
}

// BI-3, BI-9
#[test]
fn commitment_and_prepayment_belong_to_a_term() {
    let h = held("dedicated", 10, "2022-09-29", "2023-09-28");
    let with = |kind, term, prepaid, commitment_years| Selection {
        prepaid,
        commitment_years,
        ..order(kind, if kind == OrderKind::New { "dedicated" } else { "" }, if term == 0 { 5 } else { 0 }, term)
    };
    assert_eq!(refused(&with(OrderKind::Additional, 0, false, 1), Some(&h)), "COMMITMENT_NOT_OFFERED");
    assert_eq!(refused(&with(OrderKind::Extension, 12, false, 4), Some(&h)), "COMMITMENT_NOT_OFFERED");
    assert_eq!(refused(&with(OrderKind::Extension, 24, true, 0), Some(&h)), "PREPAYMENT_NOT_OFFERED");
    let committed = price(&with(OrderKind::Extension, 12, false, 2), Some(&h));
    assert_eq!((committed.list.won(), committed.discount.won()), (3_000_000, 240_000));
    assert!(
        committed
            .lines
            .iter()
            .any(|l| l.name.en == "Commitment discount: Base fee" && l.name.ko.starts_with("약정 할인"))
    );
    let rules: Vec<_> = committed.lines.iter().map(|line| line.derivation.rule.as_str()).collect();
    assert_eq!(rules, ["BI-9", "BI-9", "BI-3", "BI-5"]);
    let prepaid = price(&with(OrderKind::Extension, 12, true, 0), Some(&h));
    assert_eq!((prepaid.discount.won(), prepaid.monthly_fee.won()), (150_000, 250_000));
    // What is added until the end of a term gets that term's rate, not the one asked for.
    assert_eq!(price(&with(OrderKind::Additional, 0, true, 0), Some(&h)).discount, Money::ZERO);
}

// BI-9
#[test]
fn what_is_charged_once_is_charged_with_its_order_alone() {
    let h = Held {
        options: BTreeMap::from([("extra-backup".to_owned(), 1)]),
        ..held("shared", 10, "2022-09-29", "2023-09-28")
    };
    assert_eq!(price(&order(OrderKind::Extension, "", 0, 12), Some(&h)).list.won(), 480_000);
    let backup = BTreeMap::from([("extra-backup".to_owned(), 1)]);
    let s = Selection { options: backup, ..order(OrderKind::Extension, "", 0, 12) };
    let p = price(&s, Some(&h));
    assert_eq!((p.list.won(), p.first_day), (480_000 + 100_000, Some(day("2023-03-10"))));
    assert_eq!(p.last_day, Some(day("2024-09-28")));
}

// BI-9
#[test]
fn a_conversion_is_from_free_to_paid() {
    let free = Held { paid: false, last_day: None, ..held("shared-free", 9, "2023-01-01", "2023-12-31") };
    assert_eq!(refused(&order(OrderKind::Conversion, "shared-free", 9, 0), Some(&free)), "UNKNOWN_SERVICE");
    let endless = Held { last_day: None, ..held("shared", 10, "2022-09-29", "2023-09-28") };
    assert_eq!(refused(&order(OrderKind::Additional, "", 5, 0), Some(&endless)), "FREE_MUST_CONVERT");
    assert_eq!(refused(&order(OrderKind::Extension, "shared", 5, 12), None), "FREE_MUST_CONVERT");
}

// BI-2: one option needs another, or excludes it; what is ordered and what is held both count
#[test]
fn needs_and_exclusions_count_what_is_ordered_and_what_is_held() {
    let text = include_str!("../../catalogue/2020-01-01.toml").to_owned()
        + "[[items]]\nkey = \"a\"\nkind = \"option\"\nname = { ko = \"가\", en = \"A\" }\nminimum = 2\nmaximum = 9\n\
           needs = [\"hr\"]\nexcludes = [\"sales\"]\ncharges = [{ model = \"monthly_per_unit\", unit_price = 1_000 }]\n";
    let all = Catalogues::load(&[&text]).unwrap();
    let today = day("2023-03-10");
    let asked = |options: &[(&str, i64)], had: &[&str]| {
        let h = Held {
            options: had.iter().map(|key| ((*key).to_owned(), 1)).collect(),
            ..held("shared", 10, "2022-09-29", "2023-09-28")
        };
        let options = options.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
        let s = Selection { options, ..order(OrderKind::Additional, "", 0, 0) };
        calculate(all.on(today).unwrap(), &s, Some(&h), today).map_or_else(|no| no.reason(), |_| "")
    };
    assert_eq!(asked(&[("a", 2)], &[]), "OPTION_NEEDS_ANOTHER");
    assert_eq!(asked(&[("a", 2)], &["hr"]), "");
    assert_eq!(asked(&[("a", 2), ("hr", 1)], &[]), "");
    assert_eq!(asked(&[("a", 2)], &["hr", "sales"]), "OPTION_EXCLUDED");
    assert_eq!(asked(&[("a", 2), ("hr", 1), ("sales", 1)], &[]), "OPTION_EXCLUDED");
    assert_eq!(asked(&[("a", 1)], &["hr"]), "QUANTITY_OUT_OF_RANGE");
    assert_eq!(asked(&[("a", 9)], &["hr"]), "");
}
