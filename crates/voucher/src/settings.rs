//! What the service is set by; `voucher.default.toml` says what each means.

use serde::Deserialize;

/// `[voucher]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where a recipient claims a gift.
    pub claim_url: String,
    /// Gifts issued in one transaction.
    pub gifts_per_chunk: u64,
    /// The sheet reader; empty: this program.
    pub sheet_program: String,
    /// Its memory.
    pub sheet_memory_mib: u64,
    /// Its time.
    pub sheet_seconds: u64,
    /// Before claims from an address are held back.
    pub wrong_codes_per_address: i64,
    /// Before claims in a region of codes are held back.
    pub wrong_codes_per_region: i64,
    /// The window of both.
    pub wrong_codes_window_minutes: i64,
    /// Codes to one phone an hour.
    pub phone_codes_per_phone: i64,
    /// Codes asked for from one address an hour.
    pub phone_codes_per_address: i64,
    /// Of one company.
    pub test_messages_per_day: i64,
}
