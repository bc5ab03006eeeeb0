//! The worked examples of BI-5 to the won, and what must hold for any price.

use std::collections::BTreeMap;

use proptest::prelude::*;
use words::{Day, Money, Period, SiteId};

use super::{LineKind, Price, calculate, credit};
use crate::{
    catalogue::{Catalogue, Catalogues},
    order::OrderKind,
    selection::{Held, Selection},
};

mod edges;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn catalogue() -> Catalogue {
    Catalogues::shipped().unwrap().on(day("2023-03-10")).unwrap().clone()
}

fn order(kind: OrderKind, base: &str, seats: i64, term: i32) -> Selection {
    Selection {
        kind,
        base_service: base.into(),
        seats,
        storage_gb: 0,
        term_months: term,
        prepaid: false,
        commitment_years: 0,
        options: BTreeMap::new(),
        site: None,
        start_day: None,
    }
}

fn held(base: &str, seats: i64, first: &str, last: &str) -> Held {
    Held {
        base_service: base.into(),
        paid: true,
        seats,
        storage_gb: 0,
        options: BTreeMap::new(),
        first_day: day(first),
        last_day: Some(day(last)),
        prepaid: false,
    }
}

fn price(s: &Selection, held: Option<&Held>) -> Price {
    calculate(&catalogue(), s, held, day("2023-03-10")).unwrap()
}

fn refused(s: &Selection, held: Option<&Held>) -> &'static str {
    calculate(&catalogue(), s, held, day("2023-03-10")).unwrap_err().reason()
}

fn figures(p: &Price) -> [i64; 5] {
    [p.list, p.discount, p.supply, p.vat, p.total].map(Money::won)
}

// BI-5
#[test]
fn shared_for_ten_users_and_a_year() {
    let p = price(&order(OrderKind::New, "shared", 10, 12), None);
    assert_eq!(figures(&p), [530_000, 0, 530_000, 53_000, 583_000]);
    assert_eq!(p.lines.len(), 3);
    assert_eq!(p.monthly_fee.won(), 40_000);
    assert_eq!(p.last_day, Some(day("2024-03-09")));
    assert_eq!(p.lines[1].derivation.formula(), "4,000 × 10 × 12");
}

// BI-5
#[test]
fn dedicated_for_ten_users_prepaid() {
    let s = Selection { prepaid: true, ..order(OrderKind::New, "dedicated", 10, 12) };
    assert_eq!(figures(&price(&s, None)), [3_500_000, 150_000, 3_350_000, 335_000, 3_685_000]);
}

// BI-5, BI-20
#[test]
fn voucher_credit_is_free_of_vat() {
    let two_million = Money::from_won(2_000_000);
    assert_eq!(
        figures(&credit::price(two_million, two_million, 500).unwrap()),
        [2_000_000, 100_000, 1_900_000, 0, 1_900_000]
    );
    let p = credit::price(Money::from_won(20_000_000), Money::from_won(10_000_000), 500).unwrap();
    assert_eq!(p.total.won(), 19_500_000);
}

// BI-5, BI-6
#[test]
fn five_users_more_until_the_end_of_the_period() {
    let h = held("shared", 10, "2022-09-29", "2023-09-28");
    let p = price(&order(OrderKind::Additional, "", 5, 0), Some(&h));
    assert_eq!(figures(&p), [132_258, 0, 132_258, 13_225, 145_483]);
    assert_eq!(p.monthly_fee.won(), 60_000);
    assert_eq!(p.lines[0].derivation.formula(), "4,000 × 5 × 6 + ⌊4,000 × 5 × 19/31⌋");
}

// BI-5: additions during a prepaid term get its rate too
#[test]
fn additions_to_a_prepaid_term_get_its_rate() {
    let h = Held { prepaid: true, ..held("dedicated", 10, "2022-09-29", "2023-09-28") };
    let p = price(&order(OrderKind::Additional, "", 5, 0), Some(&h));
    // 25,000 a month: 150,000 + ⌊25,000 × 19/31⌋ = 165,322, less 5 % rounded down
    assert_eq!(figures(&p), [165_322, 8_266, 157_056, 15_705, 172_761]);
}

// BI-2, BI-9: storage in the converting order, and set-up with a site's first paid order
#[test]
fn the_storage_offer_of_a_conversion_has_steps() {
    let free = Held { paid: false, last_day: None, ..held("shared-free", 9, "2023-01-01", "2023-12-31") };
    for (gb, percent) in [(9, 0), (10, 20), (49, 20), (50, 30), (99, 30), (100, 40), (250, 40)] {
        let s = Selection { storage_gb: gb, ..order(OrderKind::Conversion, "shared", 10, 12) };
        let p = price(&s, Some(&free));
        assert_eq!(p.discount.won(), gb * 12_000 * percent / 100, "{gb} GB");
        assert_eq!(p.list.won(), 530_000 + gb * 12_000);
    }
    let s = Selection { storage_gb: 100, ..order(OrderKind::New, "shared", 10, 12) };
    assert_eq!(price(&s, None).discount.won(), 0, "only when converting");
}

// BI-3: off the base fee alone
#[test]
fn commitment_takes_from_the_base_fee_alone() {
    for (years, percent) in [(1, 5), (2, 10), (3, 15)] {
        let s = Selection { commitment_years: years, ..order(OrderKind::New, "dedicated", 10, 12) };
        assert_eq!(price(&s, None).discount.won(), 2_400_000 * percent / 100);
    }
    let s = Selection { commitment_years: 3, ..order(OrderKind::New, "shared", 10, 12) };
    assert_eq!(price(&s, None).discount.won(), 0, "shared has no base fee");
    let both = Selection { commitment_years: 1, prepaid: true, ..order(OrderKind::New, "dedicated", 10, 12) };
    assert_eq!(refused(&both, None), "DISCOUNTS_EXCLUDE_EACH_OTHER");
}

// BI-9: one order adds and extends at once
#[test]
fn an_extension_is_priced_on_the_quantities_after_its_additions() {
    let h = held("shared", 10, "2022-09-29", "2023-09-28");
    let alone = price(&order(OrderKind::Extension, "", 0, 12), Some(&h));
    assert_eq!((alone.list.won(), alone.first_day), (480_000, Some(day("2023-09-29"))));
    let both = price(&order(OrderKind::Extension, "", 5, 12), Some(&h));
    assert_eq!(both.list.won(), 132_258 + 15 * 4_000 * 12);
    assert_eq!(both.last_day, Some(day("2024-09-28")));
}

// BI-1: a promotion between two days is a line of its own
#[test]
fn a_promotion_runs_from_a_day_to_a_day() {
    let text = include_str!("../catalogue/2020-01-01.toml").to_owned()
        + "[[promotions]]\nkey = \"spring\"\nname = { ko = \"봄\", en = \"Spring\" }\nitems = [\"dedicated\"]\n\
           terms = [12]\nfrom = \"2023-03-01\"\nto = \"2023-03-31\"\nsteps = [{ from_quantity = 1, rate_basis_points = 5000 }]\n";
    let all = Catalogues::load(&[&text]).unwrap();
    let s = Selection { prepaid: true, ..order(OrderKind::New, "dedicated", 10, 12) };
    let on = |d: &str| calculate(all.on(day(d)).unwrap(), &s, None, day(d)).unwrap();
    // 50 % off every line of it, then 5 % of what is left of the recurring ones
    assert_eq!(figures(&on("2023-03-31"))[..2], [3_500_000, 1_750_000 + 75_000]);
    assert_eq!(on("2023-04-01").discount.won(), 150_000);
    assert!(on("2023-03-01").lines.iter().any(|l| l.kind == LineKind::Promotion));
}

// BI-2
#[test]
fn options_are_charged_by_quantity_and_some_are_free_beside_groupware() {
    let options = BTreeMap::from([("corporate-card".into(), 3), ("hr".into(), 10), ("extra-backup".into(), 1)]);
    let s = Selection { options, ..order(OrderKind::New, "shared", 10, 1) };
    assert_eq!(price(&s, None).list.won(), 50_000 + 40_000 + 3 * 2_000 + 100_000);
}

// BI-2: free
#[test]
fn the_free_service_costs_nothing_and_has_no_end() {
    let p = price(&order(OrderKind::New, "shared-free", 9, 0), None);
    assert_eq!((p.total.won(), p.last_day), (0, None));
    assert_eq!(refused(&order(OrderKind::New, "shared-free", 10, 0), None), "SEATS_OUT_OF_RANGE");
}

// BI-1, BI-2, BI-9
#[test]
fn what_cannot_be_ordered_says_why() {
    let h = held("shared", 10, "2022-09-29", "2023-09-28");
    let free = Held { paid: false, last_day: None, ..held("shared-free", 9, "2023-01-01", "2023-12-31") };
    let new = |base, seats, term| order(OrderKind::New, base, seats, term);
    let with = |key: &str, n| BTreeMap::from([(key.to_owned(), n)]);
    assert_eq!(refused(&new("shared", 9, 12), None), "SEATS_OUT_OF_RANGE");
    assert_eq!(refused(&new("gold", 10, 12), None), "UNKNOWN_SERVICE");
    assert_eq!(refused(&new("storage", 10, 12), None), "UNKNOWN_SERVICE");
    assert_eq!(refused(&new("shared", 10, 6), None), "TERM_NOT_OFFERED");
    assert_eq!(refused(&new("shared", 10, 0), None), "TERM_NOT_OFFERED");
    assert_eq!(refused(&Selection { prepaid: true, ..new("shared", 10, 12) }, None), "PREPAYMENT_NOT_OFFERED");
    assert_eq!(refused(&Selection { options: with("sms", 1), ..new("shared", 10, 1) }, None), "OPTION_NOT_ORDERABLE");
    assert_eq!(
        refused(&Selection { options: with("e-contract", 1), ..new("shared-free", 5, 0) }, None),
        "OPTION_NEEDS_ANOTHER"
    );
    assert_eq!(refused(&Selection { storage_gb: i64::MAX, ..new("shared", 10, 1) }, None), "QUANTITY_OUT_OF_RANGE");
    assert_eq!(
        refused(&Selection { start_day: Some(day("2023-03-09")), ..new("shared", 10, 1) }, None),
        "START_DAY_OUT_OF_RANGE"
    );
    assert_eq!(refused(&order(OrderKind::Additional, "", 0, 0), Some(&h)), "NOTHING_ADDED");
    assert_eq!(refused(&order(OrderKind::Additional, "dedicated", 5, 0), Some(&h)), "NOT_THE_HELD_SERVICE");
    assert_eq!(refused(&order(OrderKind::Additional, "", 5, 0), Some(&free)), "FREE_MUST_CONVERT");
    assert_eq!(refused(&order(OrderKind::Conversion, "shared", 10, 12), Some(&h)), "ALREADY_PAID_CLASS");
    assert_eq!(refused(&order(OrderKind::Reduction, "", 5, 0), Some(&h)), "KIND_NOT_OFFERED");
    let over = held("shared", 10, "2022-03-10", "2023-03-09");
    assert_eq!(refused(&order(OrderKind::Additional, "", 5, 0), Some(&over)), "PERIOD_OVER");
}

fn any_selection() -> impl Strategy<Value = (Selection, Option<Held>)> {
    let base = prop_oneof![Just("shared"), Just("dedicated")];
    let kind = prop_oneof![
        Just(OrderKind::New),
        Just(OrderKind::Additional),
        Just(OrderKind::Extension),
        Just(OrderKind::Conversion)
    ];
    let term = prop_oneof![Just(1), Just(12), Just(24)];
    let option = (0i64..50, 0i64..500, 0i64..20);
    (kind, base, 10i64..3_000, 0i64..2_000, term, any::<bool>(), 0i32..4, option, -300i64..60, any::<bool>()).prop_map(
        |(kind, base, seats, storage_gb, term, prepaid, years, (cards, invoices, hr), started, was_prepaid)| {
            let options = [("corporate-card", cards), ("tax-invoice", invoices), ("hr", hr)];
            let options = options.into_iter().filter(|o| o.1 > 0).map(|(k, n)| (k.to_owned(), n)).collect();
            let on_top = matches!(kind, OrderKind::Additional | OrderKind::Extension);
            let s = Selection {
                storage_gb,
                prepaid: prepaid && !on_top && base == "dedicated" && term == 12,
                commitment_years: if kind == OrderKind::Additional || prepaid { 0 } else { years },
                options,
                site: on_top.then(|| SiteId::new(uuid::Uuid::nil())),
                ..order(
                    kind,
                    if on_top { "" } else { base },
                    seats,
                    if kind == OrderKind::Additional { 0 } else { term },
                )
            };
            let period = Period::term(day("2023-03-10").plus_days(started), 12);
            let h = Held {
                prepaid: was_prepaid && base == "dedicated",
                last_day: Some(period.last()),
                ..held(base, 10, &period.first().to_string(), "2099-12-31")
            };
            (s, on_top.then_some(h))
        },
    )
}

proptest! {
    // BI-5, BI-26: lines sum to the total, each can be computed again, VAT is a tenth rounded down, nothing is below zero
    #[test]
    fn every_price_can_be_checked_by_hand((s, h) in any_selection()) {
        let p = price(&s, h.as_ref());
        prop_assert_eq!(Money::total(p.lines.iter().map(|l| l.amount)).unwrap(), p.total);
        for line in &p.lines {
            prop_assert_eq!(line.recompute(), Some(line.amount));
        }
        prop_assert_eq!(p.vat.won(), p.supply.won() / 10);
        prop_assert_eq!(p.list.won() - p.discount.won(), p.supply.won());
        prop_assert!(p.discount.won() >= 0 && p.supply.won() >= 0 && p.discount <= p.list);
        prop_assert_eq!(p.lines.iter().filter(|l| l.kind == LineKind::Vat).count(), 1);
    }

    // BI-5: more never costs less
    #[test]
    fn one_seat_more_costs_more((s, h) in any_selection()) {
        let more = Selection { seats: s.seats + 1, ..s.clone() };
        prop_assert!(price(&more, h.as_ref()).total > price(&s, h.as_ref()).total);
    }
}
