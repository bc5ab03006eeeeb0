//! What orders make of a membership: ME-2, ME-18.

use uuid::Uuid;

use super::*;
use crate::membership::sample::*;

fn order(kind: Kind, n: u128) -> FulfilOrder {
    FulfilOrder {
        order: OrderId::new(Uuid::from_u128(n)),
        company: shared().company(),
        account: AccountId::new(Uuid::from_u128(9)),
        site: shared().site(),
        kind,
        base_service: "shared".into(),
        seats: 10,
        storage_gb: 0,
        term_months: 12,
        start_day: None,
        options: BTreeMap::new(),
        wished_prefix: String::new(),
        monthly_fee: Money::from_won(40_000),
        prepaid: false,
    }
}

// ME-2
#[test]
fn a_new_one_runs_its_term_from_the_day_of_fulfilment_or_a_later_one() {
    let id = shared().id();
    let m = Membership::open(id, &order(Kind::New, 5), day("2022-09-29"));
    assert_eq!((m.terms.last_day, m.terms.state), (Some(day("2023-09-28")), State::Active));
    let later = FulfilOrder { start_day: Some(day("2022-10-15")), ..order(Kind::New, 5) };
    let m = Membership::open(id, &later, day("2022-09-29"));
    assert_eq!((m.terms.first_day, m.terms.state), (day("2022-10-15"), State::PendingSetup));
    assert_eq!(m.terms.last_day, Some(day("2023-10-14")));
    let paid_late = Membership::open(id, &later, day("2022-10-20"));
    assert_eq!(paid_late.terms.first_day, day("2022-10-20"), "no day before the fulfilment is charged for nothing");
}

// ME-2
#[test]
fn additions_and_extensions_give_the_same_in_either_order() {
    let more = FulfilOrder {
        seats: 5,
        term_months: 0,
        monthly_fee: Money::from_won(60_000),
        options: BTreeMap::from([("corporate-card".into(), 3)]),
        ..order(Kind::Additional, 5)
    };
    let longer = FulfilOrder { seats: 0, monthly_fee: Money::from_won(61_000), ..order(Kind::Extension, 6) };
    let (mut one, mut two) = (shared(), shared());
    let today = day("2023-03-10");
    assert_eq!(one.apply(&more, today).unwrap(), Fit::From(today));
    assert_eq!(one.apply(&longer, today).unwrap(), Fit::From(today));
    two.apply(&longer, today).unwrap();
    two.apply(&more, today).unwrap();
    assert_eq!(one.terms, two.terms);
    assert_eq!((one.terms.seats, one.terms.last_day), (15, Some(day("2024-09-28"))));
    assert_eq!(one.terms.monthly_fee, Money::from_won(61_000), "the fee of the newest order");
    assert_eq!(one.terms.options["corporate-card"], 3);
}

// ME-2
#[test]
fn an_extension_paid_after_the_end_leaves_no_gap() {
    let mut m = with(shared(), |t| t.state = State::Expired);
    let longer = FulfilOrder { seats: 0, ..order(Kind::Extension, 5) };
    assert_eq!(m.apply(&longer, day("2023-10-05")).unwrap(), Fit::From(day("2023-09-29")));
    assert_eq!(m.terms.last_day, Some(day("2024-09-28")));
    assert_eq!(m.state_on(day("2023-10-05")), State::Active);
}

// ME-18
#[test]
fn a_conversion_leaves_none_of_the_free_seats() {
    let mut m = with(free(), |t| t.complimentary_seats = 2);
    let paid = FulfilOrder { seats: 10, storage_gb: 50, ..order(Kind::Conversion, 5) };
    assert_eq!(m.apply(&paid, day("2023-03-10")).unwrap(), Fit::From(day("2023-03-10")));
    assert!(m.terms.paid);
    assert_eq!((m.seat_limit(), m.terms.storage_gb, m.terms.complimentary_seats), (10, 50, 0));
    assert_eq!(m.terms.last_day, Some(day("2024-03-09")));
    let again = m.apply(&FulfilOrder { order: OrderId::new(Uuid::from_u128(6)), ..paid }, day("2023-03-10"));
    assert_eq!(again.unwrap_err().reason(), "ORDER_DOES_NOT_FIT");
}

// ME-2
#[test]
fn what_builds_on_a_conversion_waits_for_it() {
    let mut m = free();
    let more = FulfilOrder { seats: 5, term_months: 0, ..order(Kind::Additional, 6) };
    assert_eq!(m.apply(&more, day("2023-03-10")).unwrap(), Fit::TooEarly);
    m.apply(&order(Kind::Conversion, 5), day("2023-03-10")).unwrap();
    assert_eq!(m.apply(&more, day("2023-03-10")).unwrap(), Fit::From(day("2023-03-10")));
    assert_eq!(m.seat_limit(), 15);
}

// ME-2
#[test]
fn another_companys_order_never_fits() {
    let mut m = shared();
    let foreign = FulfilOrder { company: CompanyId::new(Uuid::from_u128(77)), ..order(Kind::Additional, 5) };
    assert_eq!(m.apply(&foreign, day("2023-03-10")).unwrap_err().reason(), "ORDER_DOES_NOT_FIT");
}
