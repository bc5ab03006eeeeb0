//! Usage (ME-6): what the product says is used. Seats are known from who was admitted; storage only the product knows.

pub mod report;
pub mod table;

use contract::membership::v1 as pb;
use flow::Instant;
use serde::{Deserialize, Serialize};
use words::SiteId;

/// The product's report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Where.
    pub site: SiteId,
    /// When the product measured: the newest wins.
    pub measured_at: Instant,
    /// People, as the product counts them.
    pub users: i64,
    /// Used by the people's accounts, MB.
    pub account_used_mb: i64,
    /// Used in the shared space, MB.
    pub shared_used_mb: i64,
    /// Set aside for accounts, MB.
    pub account_mb: i64,
}

impl Report {
    /// All that is used.
    pub fn used_mb(&self) -> i64 {
        self.account_used_mb.saturating_add(self.shared_used_mb)
    }
}

/// Used of a limit in whole per cent, half up (8/9 → 89, 3.9/9.0 → 43); 0 without a limit.
pub fn percent(used: i64, limit: i64) -> i32 {
    if limit <= 0 {
        return 0;
    }
    let (used, limit) = (i128::from(used.max(0)), i128::from(limit));
    i32::try_from((200 * used + limit) / (2 * limit)).unwrap_or(i32::MAX)
}

/// As the wire has it.
pub fn render(report: Report) -> pb::UsageReport {
    pb::UsageReport {
        site_id: report.site.to_string(),
        measured_at: contract::timestamp(report.measured_at),
        users: report.users,
        account_storage_used_mb: report.account_used_mb,
        shared_storage_used_mb: report.shared_used_mb,
        account_storage_mb: report.account_mb,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ME-6
    #[test]
    fn shares_are_whole_per_cent_half_up() {
        assert_eq!(percent(8, 9), 89);
        assert_eq!(percent(3_900, 9_000), 43);
        assert_eq!(percent(1, 200), 1, "a half goes up");
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(12, 10), 120);
        assert_eq!(percent(i64::MAX, 1), i32::MAX);
    }
}
