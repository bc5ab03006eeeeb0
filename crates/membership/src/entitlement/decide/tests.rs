//! What is allowed when, and until when: ME-8, ME-9, ME-10, ME-19, ME-20.

use std::collections::{BTreeMap, BTreeSet};

use words::SiteId;

use super::*;
use crate::{
    hold,
    membership::{Membership, sample::*},
};

fn snapshot(membership: Membership) -> Snapshot {
    Snapshot {
        membership,
        users: BTreeSet::from(["minjun".to_owned()]),
        used: BTreeMap::new(),
        holds: Vec::new(),
        switches: BTreeMap::new(),
        report: None,
    }
}

fn ask(feature: &str) -> Question {
    Question { feature: FeatureKey::parse(feature).unwrap(), user: None, amount: 1 }
}

fn at(snapshot: &Snapshot, question: &Question, on: &str) -> Answer {
    decide(snapshot, &Features::shipped().unwrap(), question, day(on).at(12, 0).unwrap())
}

// ME-8, ME-20
#[test]
fn the_period_decides_at_its_very_ends() {
    let s = snapshot(shared());
    let features = Features::shipped().unwrap();
    let end = day("2023-09-28").end();
    let last = decide(&s, &features, &ask("groupware"), end - chrono::Duration::microseconds(1));
    assert!(last.allowed());
    assert_eq!((last.until, last.may_change_at), (Some(end), Some(end)));
    let over = decide(&s, &features, &ask("groupware"), end);
    assert_eq!((over.reason, over.may_change_at), (Some(Reason::Expired), None));
    let early = at(&s, &ask("groupware"), "2022-09-28");
    assert_eq!((early.reason, early.may_change_at), (Some(Reason::NotStarted), Some(day("2022-09-29").start())));
    assert_eq!(at(&snapshot(free()), &ask("groupware"), "2050-01-01").may_change_at, None);
}

// ME-8
#[test]
fn each_reason_has_its_case() {
    let s = snapshot(shared());
    assert_eq!(at(&s, &ask("accounting"), "2023-01-01").reason, Some(Reason::NotContracted));
    let somebody = Question { user: Some("seoyeon".into()), ..ask("groupware") };
    assert_eq!(at(&s, &somebody, "2023-01-01").reason, Some(Reason::NotGranted));
    let minjun = Question { user: Some("minjun".into()), ..ask("groupware") };
    assert!(at(&s, &minjun, "2023-01-01").allowed());
    let stopped = snapshot(with(shared(), |t| t.state = State::Suspended));
    assert_eq!(at(&stopped, &ask("groupware"), "2023-01-01").reason, Some(Reason::Suspended));
}

// ME-9
#[test]
fn a_switch_hides_what_is_contracted() {
    let mut s = snapshot(with(shared(), |t| {
        t.options.insert("accounting".into(), 10);
    }));
    assert!(at(&s, &ask("accounting"), "2023-01-01").allowed());
    s.switches.insert("accounting".into(), false);
    assert_eq!(at(&s, &ask("accounting"), "2023-01-01").reason, Some(Reason::SwitchedOff));
}

// ME-7, ME-19
#[test]
fn held_seats_count_until_they_lapse() {
    let mut s = snapshot(seated(shared(), 8));
    let noon = day("2023-01-01").at(12, 0).unwrap();
    let lapse = noon + chrono::Duration::minutes(15);
    s.holds.push(hold::sample(SiteId::new(uuid::Uuid::nil()), "seat", 2, lapse));
    let answer = at(&s, &ask("seat"), "2023-01-01");
    assert_eq!((answer.used, answer.held, answer.limit), (8, 2, Some(10)));
    assert_eq!((answer.reason, answer.may_change_at), (Some(Reason::QuotaUsedUp), Some(lapse)));
    let after = decide(&s, &Features::shipped().unwrap(), &ask("seat"), lapse);
    assert!(after.allowed() && after.held == 0);
}

// ME-10, ME-20
#[test]
fn monthly_quotas_begin_anew_on_the_first() {
    let mut s = snapshot(shared());
    s.used.insert(("tax-invoice".into(), CountPeriod::month_of(day("2023-01-31"))), 100);
    let full = at(&s, &ask("tax-invoice"), "2023-01-31");
    assert_eq!((full.reason, full.may_change_at), (Some(Reason::QuotaUsedUp), Some(day("2023-02-01").start())));
    assert_eq!(at(&s, &ask("tax-invoice"), "2023-02-01").used, 0);
    let many = Question { amount: i64::MAX, ..ask("e-contract") };
    assert_eq!(at(&s, &many, "2023-01-31").reason, Some(Reason::QuotaUsedUp), "no overflow");
}
