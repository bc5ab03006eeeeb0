//! How much voucher credit a company may buy a month, how much of it at a discount, at which rate (BI-20): the defaults by
//! head count are data (`policy/defaults.toml`); an operator can set each for one company.

pub mod set;
pub mod table;
pub mod views;

use serde::{Deserialize, Serialize};
use words::Money;

use crate::company::Company;

/// A policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// At face value, a month.
    pub purchase_limit: Money,
    /// Of it, sold at a discount.
    pub discounted_limit: Money,
    /// In hundredths of a per cent.
    pub rate_basis_points: i64,
}

/// The defaults by head count.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    tiers: Vec<Tier>,
    otherwise: Policy,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    under: i64,
    policy: Policy,
}

impl Defaults {
    /// What Dure ships with.
    pub fn shipped() -> anyhow::Result<Self> {
        Ok(toml::from_str(include_str!("policy/defaults.toml"))?)
    }

    /// By head count; while it is unknown (0), the least generous one.
    pub fn of(&self, company: &Company) -> Policy {
        self.by_head_count(company.head_count())
    }

    fn by_head_count(&self, head_count: i64) -> Policy {
        let tier = self.tiers.iter().find(|t| 0 < head_count && head_count < t.under);
        tier.map_or(self.otherwise, |t| t.policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // BI-20
    #[test]
    fn the_default_follows_the_head_count() {
        let defaults = Defaults::shipped().unwrap();
        for (heads, limit, rate) in [
            (1, 10_000_000, 1000),
            (49, 10_000_000, 1000),
            (50, 50_000_000, 1000),
            (299, 50_000_000, 1000),
            (300, 50_000_000, 500),
            (0, 50_000_000, 500),
        ] {
            let policy = defaults.by_head_count(heads);
            assert_eq!((policy.discounted_limit.won(), policy.rate_basis_points), (limit, rate), "{heads}");
            assert_eq!(policy.purchase_limit.won(), 1_000_000_000);
        }
    }
}
