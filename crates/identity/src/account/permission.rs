//! What an admin may be granted (ID-25).

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use words::Wrong;

/// Every one an invited admin starts with.
const AT_FIRST: [&str; 5] = ["company.edit", "order.place", "membership.manage", "voucher.purchase", "voucher.send"];
/// Granted by the super admin only.
const LATER: [&str; 2] = ["audit.read", "support.apply"];
/// `support.manage:<service>`.
const PER_SERVICE: &str = "support.manage:";
const LONGEST_SERVICE: usize = 40;

const NO_SUCH: Wrong = Wrong::new(
    "NO_SUCH_PERMISSION",
    "One of company.edit, order.place, membership.manage, support.apply, support.manage:<service>, voucher.purchase, voucher.send, audit.read.",
    "없는 권한입니다.",
);

/// A permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(String);

impl Permission {
    /// ID-25: all but `audit.read`, `support.apply`, `support.manage:*`.
    pub fn at_first() -> BTreeSet<Self> {
        AT_FIRST.iter().map(|p| Self((*p).to_owned())).collect()
    }
}

impl FromStr for Permission {
    type Err = Wrong;
    fn from_str(text: &str) -> Result<Self, Wrong> {
        let service = |s: &str| {
            (1..=LONGEST_SERVICE).contains(&s.len())
                && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let known =
            AT_FIRST.contains(&text) || LATER.contains(&text) || text.strip_prefix(PER_SERVICE).is_some_and(service);
        if known { Ok(Self(text.to_owned())) } else { Err(NO_SUCH) }
    }
}

impl TryFrom<String> for Permission {
    type Error = Wrong;
    fn try_from(text: String) -> Result<Self, Wrong> {
        text.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.0
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-25
    #[test]
    fn only_known_permissions_are_granted() {
        assert!("support.manage:data-move".parse::<Permission>().is_ok());
        for text in ["", "*", "super_admin", "support.manage:", "support.manage:*", "Order.place"] {
            assert!(text.parse::<Permission>().is_err(), "{text}");
        }
        assert!(Permission::at_first().iter().all(|p| p.0 != "audit.read"));
    }
}
