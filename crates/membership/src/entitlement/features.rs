//! Which features there are, as data (`features.toml`): what holds them, how they are counted, which can be switched.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{FeatureKey, limit::Limit};
use crate::membership::Membership;

/// One feature.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Feature {
    in_base: Vec<String>,
    /// How it is counted.
    pub limit: Option<Limit>,
    included: i64,
    /// Can an admin switch it off?
    pub switchable: bool,
}

/// All of them.
#[derive(Debug, Clone, Deserialize)]
pub struct Features(BTreeMap<String, Feature>);

impl Features {
    /// Those the crate ships.
    pub fn shipped() -> anyhow::Result<Self> {
        Ok(toml::from_str(include_str!("features.toml"))?)
    }

    /// One; a key nobody knows is a plain option.
    pub fn get(&self, key: &str) -> Feature {
        self.0.get(key).cloned().unwrap_or_default()
    }

    /// Everything known or bought, in the order of keys.
    pub fn of(&self, membership: &Membership) -> Vec<FeatureKey> {
        let mut keys: Vec<_> = self.0.keys().chain(membership.terms().options.keys()).cloned().collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().map(FeatureKey).collect()
    }
}

impl Feature {
    /// How much the contract holds: none where it holds it without a count.
    pub fn limit_of(&self, key: &str, membership: &Membership) -> Option<i64> {
        let bought = membership.terms().options.get(key).copied().unwrap_or(0);
        Some(match self.limit? {
            Limit::Seats => membership.seat_limit(),
            Limit::Storage => membership.storage_mb() + membership.complimentary_storage_mb(),
            Limit::Standing | Limit::Monthly => self.included + bought,
        })
    }

    /// Does the contract hold it at all?
    pub fn contracted(&self, key: &str, membership: &Membership) -> bool {
        let base = &membership.terms().base_service;
        self.in_base.iter().any(|b| b == "*" || b == base)
            || membership.terms().options.get(key).is_some_and(|bought| *bought > 0)
            || (self.limit.is_some() && self.included > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::sample::{free, shared, with};

    // BI-2
    #[test]
    fn what_is_included_counts_beside_what_was_bought() {
        let features = Features::shipped().unwrap();
        let bought = with(shared(), |t| {
            t.options.insert("corporate-card".into(), 3);
        });
        let card = features.get("corporate-card");
        assert_eq!(card.limit_of("corporate-card", &free()), Some(2));
        assert_eq!(card.limit_of("corporate-card", &bought), Some(5));
        assert!(!features.get("personal-card").contracted("personal-card", &bought));
        assert!(features.get("hr").contracted("hr", &bought) && !features.get("hr").contracted("hr", &free()));
        let unknown = with(shared(), |t| {
            t.options.insert("new-thing".into(), 1);
        });
        assert!(features.get("new-thing").contracted("new-thing", &unknown));
        assert!(features.of(&unknown).iter().any(|key| key.as_str() == "new-thing"));
    }
}
