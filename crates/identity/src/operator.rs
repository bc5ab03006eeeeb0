//! Operators (ID-30): accounts of the back office with their own roles; every action of theirs is audited.

pub mod bootstrap;
pub mod create;

use words::Wrong;

/// What an operator may be.
pub const ROLES: [&str; 3] = ["reviewer", "billing", "support"];

const NO_SUCH_ROLE: Wrong = Wrong::new(
    "NO_SUCH_ROLE",
    "One or more of reviewer, billing, support.",
    "reviewer, billing, support 중에서 선택하세요.",
);

fn roles(given: &[String]) -> Result<std::collections::BTreeSet<String>, Wrong> {
    let known = !given.is_empty() && given.iter().all(|r| ROLES.contains(&r.as_str()));
    if known { Ok(given.iter().cloned().collect()) } else { Err(NO_SUCH_ROLE) }
}
