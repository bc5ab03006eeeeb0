//! The address rule: an RPC's name is its path. A write RPC `PlaceOrder` of billing is `impl Verb for PlaceOrder` in
//! `crates/billing/src/<noun>/place….rs`, and every verb's file is named after it; who reacts to the fact `OrderPaid` does
//! so in `src/when/order_paid.rs`, and a job's file begins with how often it runs. So nobody ever searches.

use std::collections::{BTreeMap, BTreeSet};

use super::protos::rpcs;
use crate::{
    Finding,
    tree::{File, Tree},
};

/// The contexts: each a package, a crate and a service of the same name.
const CONTEXTS: [&str; 5] = ["identity", "billing", "membership", "voucher", "notification"];
const PERIODS: [&str; 5] = ["second_", "minute_", "hour_", "day_", "month_"];

/// See the module.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = verbs_and_rpcs(tree);
    found.extend(facts(tree));
    found
}

fn verbs_and_rpcs(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut verbs = BTreeMap::<(&str, &str), Vec<(&File, usize)>>::new();
    for file in tree.rust() {
        let Some(context) = CONTEXTS.into_iter().find(|c| file.path.starts_with(&format!("crates/{c}/src/"))) else {
            continue;
        };
        for (number, line) in file.code() {
            let Some(rest) = line.strip_prefix("impl Verb for ") else { continue };
            let name = rest.split([' ', '<', '{']).next().unwrap_or_default();
            verbs.entry((context, name)).or_default().push((file, number));
        }
    }
    let asked_for: BTreeSet<_> = rpcs(tree).iter().map(|rpc| rpc.name).collect();
    for ((_, name), files) in &verbs {
        let (file, number) = files[0];
        // A job is its verb; small verbs of Dure's own that belong together may share a file.
        let alone = file.code().filter(|(_, line)| line.starts_with("impl Verb for ")).count() == 1;
        let bound = (alone && !file.path.contains("/src/every/")) || asked_for.contains(name);
        if bound && !named_after(&file.path, name) {
            found.push(Finding::new(&file.path, number, format!("{name} does not live under its own name")));
        }
    }
    for ((_, name), files) in verbs.iter().filter(|(_, files)| files.len() > 1) {
        found.push(Finding::new(&files[1].0.path, files[1].1, format!("{name} has a second verb of this name")));
    }
    let writes = write_messages(tree);
    for rpc in rpcs(tree).iter().filter(|rpc| writes.contains(rpc.request)) {
        let Some(context) = CONTEXTS.into_iter().find(|c| rpc.file.path.starts_with(&format!("proto/dure/{c}/")))
        else {
            continue;
        };
        if !verbs.contains_key(&(context, rpc.name)) {
            let what = format!("{} writes, but no file of crates/{context} says `impl Verb for {0}`", rpc.name);
            found.push(Finding::new(&rpc.file.path, rpc.line, what));
        }
    }
    found
}

/// The messages that carry a `request_id`: what takes one of them writes.
fn write_messages(tree: &Tree) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for file in tree.protos() {
        let mut message = "";
        for (_, line) in file.lines() {
            if let Some(rest) = line.strip_prefix("message ") {
                message = rest.split([' ', '{']).next().unwrap_or_default();
            }
            if line.trim_start().starts_with("string request_id ") {
                found.insert(message);
            }
        }
    }
    found
}

/// `sign_up_voucher.rs` is named after `SignUpVoucherCompany`: the file's words stand in the name in their order, the
/// first one first.
fn named_after(path: &str, name: &str) -> bool {
    let stem = path.rsplit('/').next().and_then(|f| f.strip_suffix(".rs")).unwrap_or_default();
    let words = words(name);
    let mut rest = words.iter();
    stem.split('_').next() == words.first().map(String::as_str)
        && stem.split('_').all(|word| rest.any(|w| w == word || *w == format!("{word}s")))
}

fn words(name: &str) -> Vec<String> {
    let mut words = Vec::<String>::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter),
            _ => words.push(letter.to_lowercase().collect()),
        }
    }
    words
}

fn facts(tree: &Tree) -> Vec<Finding> {
    let told: BTreeSet<String> = tree
        .protos()
        .filter(|f| f.path.ends_with("/events.proto"))
        .flat_map(|f| f.lines())
        .filter_map(|(_, line)| {
            line.strip_prefix("message ")?.split([' ', '{']).next().map(|name| words(name).join("_"))
        })
        .collect();
    let subscribed: BTreeSet<(&str, String)> = contract::subscriptions()
        .into_iter()
        .flat_map(|(fact, services)| {
            let name = fact.as_str().split('.').nth(2).unwrap_or_default().to_owned();
            services.iter().map(move |service| (*service, name.clone()))
        })
        .collect();
    let mut found = Vec::new();
    let mut whens = BTreeSet::new();
    for file in tree.rust() {
        let Some((front, stem)) = file.path.strip_suffix(".rs").and_then(|p| p.rsplit_once('/')) else { continue };
        let service = front.strip_prefix("crates/").and_then(|p| p.split('/').next()).unwrap_or_default();
        if front.ends_with("/src/when") {
            whens.insert((service.to_owned(), stem.to_owned()));
            if !told.contains(stem) {
                found.push(Finding::new(&file.path, 1, format!("nobody tells the fact {stem}")));
            }
            if !subscribed.contains(&(service, stem.to_owned())) {
                found.push(Finding::new(&file.path, 1, format!("{service} does not subscribe to {stem}")));
            }
        }
        if front.ends_with("/src/every") && !PERIODS.iter().any(|period| stem.starts_with(period)) {
            found.push(Finding::new(&file.path, 1, "a job's file begins with how often it runs: day_, hour_ …"));
        }
    }
    for (service, fact) in subscribed {
        let there = tree.files.iter().any(|f| f.path == format!("crates/{service}/src/lib.rs"));
        if there && !whens.contains(&(service.to_owned(), fact.clone())) {
            let path = format!("crates/{service}/src/when/{fact}.rs");
            found.push(Finding::new(&path, 1, format!("{service} subscribes to {fact}, but this file is not there")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_verb() {
        for (path, name) in [
            ("order/place.rs", "PlaceOrder"),
            ("company/sign_up_voucher.rs", "SignUpVoucherCompany"),
            ("site/set_address.rs", "SetSiteAddress"),
            ("gift/recall.rs", "RecallGifts"),
        ] {
            assert!(named_after(path, name), "{path} {name}");
        }
        assert!(!named_after("order/buy.rs", "PlaceOrder"));
        assert!(!named_after("order/order.rs", "PlaceOrder"));
    }

    #[test]
    fn a_write_without_its_verb_and_a_verb_under_another_name_are_found() {
        let proto = "// Orders.\nservice S {\n  rpc PlaceOrder(PlaceOrderRequest) returns (Order) {\n  }\n  rpc GetOrder(GetOrderRequest) returns (Order) {\n  }\n}\nmessage PlaceOrderRequest {\n  string request_id = 1;\n}\n";
        let bare = Tree::of(&[("proto/dure/billing/v1/order.proto", proto)]);
        assert_eq!(verbs_and_rpcs(&bare).len(), 1);
        let there = ("crates/billing/src/order/place.rs", "//! x\nimpl Verb for PlaceOrder {\n");
        assert!(verbs_and_rpcs(&Tree::of(&[("proto/dure/billing/v1/order.proto", proto), there])).is_empty());
        let lost = ("crates/billing/src/order/misc.rs", "//! x\nimpl Verb for PlaceOrder {\n");
        let found = verbs_and_rpcs(&Tree::of(&[("proto/dure/billing/v1/order.proto", proto), lost]));
        assert_eq!(found[0].what, "PlaceOrder does not live under its own name");
    }

    #[test]
    fn a_when_needs_its_fact() {
        let tree = Tree::of(&[("crates/billing/src/when/order_vanished.rs", "//! x\n")]);
        let found: Vec<_> = facts(&tree).into_iter().map(|f| f.what).collect();
        assert_eq!(found, ["nobody tells the fact order_vanished", "billing does not subscribe to order_vanished"]);
        let unsaid = Tree::of(&[("crates/membership/src/lib.rs", "//! x\n")]);
        assert!(facts(&unsaid).iter().any(|f| f.path == "crates/membership/src/when/order_paid.rs"));
    }
}
