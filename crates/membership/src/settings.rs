//! What membership can be set to; `membership.default.toml` says what each means.

use serde::Deserialize;

/// The table `[membership]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The operator's domain for sites.
    pub site_domain: String,
    /// Prefixes nobody gets.
    pub reserved_prefixes: Vec<String>,
    /// A hold's length when its caller does not say.
    pub hold_seconds: i64,
    /// A hold's longest length.
    pub longest_hold_seconds: i64,
}
