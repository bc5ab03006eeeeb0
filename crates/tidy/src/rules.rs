//! All house rules.

pub mod addresses;
pub mod bans;
pub mod headers;
pub mod numbers;
pub mod protos;
pub mod reasons;

use crate::{Finding, tree::Tree};

/// Whatever breaks any of them.
pub fn all(tree: &Tree) -> Vec<Finding> {
    let rules = [headers::check, bans::check, protos::check, addresses::check, reasons::check, numbers::check];
    rules.iter().flat_map(|rule| rule(tree)).collect()
}
