//! What others tell us of our messages is believed for its signature (S44): HMAC-SHA-256 under a key both share, over a
//! time that may be five minutes off and over every line of what is told.

use flow::{Fields, Instant, Refusal, code};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use words::Wrong;

/// Told in one call.
const MOST: usize = 1_000;
/// A time so far off is none of now.
const SECONDS_OFF: u64 = 300;

/// Whoever sent this does not have the key, or sent it at another time.
pub const SIGNATURE_INVALID: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "SIGNATURE_INVALID",
    "This report is not signed with the shared key, or its time is more than five minutes off. Sign it again, now.",
    "공유 키로 서명되지 않았거나 전송 시각이 5분 이상 차이 납니다. 현재 시각으로 다시 서명해 보내세요.",
);

/// A key shared with somebody outside.
pub struct SharedKey(Vec<u8>);

impl SharedKey {
    /// From its bytes; empty where nobody shares one, and then nothing is believed.
    pub fn new(secret: &str) -> Self {
        Self(secret.as_bytes().to_vec())
    }

    /// Signs lines joined by `\n`.
    pub fn sign(&self, lines: &[&str]) -> String {
        hex::encode(self.mac(lines).finalize().into_bytes())
    }

    /// Whether the lines were signed so, in constant time.
    pub fn signed(&self, lines: &[&str], signature: &str) -> bool {
        let signature = hex::decode(signature).unwrap_or_default();
        !self.0.is_empty() && self.mac(lines).verify_slice(&signature).is_ok()
    }

    /// What is told, `(id, code)` each, if it is signed, of now, and not too much. No part may hold what separates the
    /// parts: one signature would fit two readings.
    pub fn believe(&self, sent: i64, told: &[(&str, &str)], signature: &str, now: Instant) -> Result<(), Refusal> {
        const TOO_MANY: Wrong =
            Wrong::new("TOO_MANY", "At most 1,000 in one call.", "한 번에 1,000건까지 보낼 수 있습니다.");
        let f = Fields::new();
        f.all((f.must(told.len() <= MOST, "reports", TOO_MANY),))?;
        let clean = told.iter().all(|(id, code)| ![id, code].iter().any(|part| part.contains(['\n', ':'])));
        let time = sent.to_string();
        let lines: Vec<String> = told.iter().map(|(id, code)| format!("{id}:{code}")).collect();
        let lines: Vec<&str> = [time.as_str()].into_iter().chain(lines.iter().map(String::as_str)).collect();
        let timely = now.timestamp().abs_diff(sent) <= SECONDS_OFF;
        if clean && timely && self.signed(&lines, signature) { Ok(()) } else { Err(SIGNATURE_INVALID) }
    }

    fn mac(&self, lines: &[&str]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(lines.join("\n").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // S44
    #[test]
    fn only_the_key_signs_and_no_key_believes_nothing() {
        let key = SharedKey::new("shared");
        let signature = key.sign(&["1", "a:0"]);
        assert!(key.signed(&["1", "a:0"], &signature));
        assert!(!key.signed(&["1", "a:1"], &signature));
        assert!(!SharedKey::new("other").signed(&["1", "a:0"], &signature));
        let none = SharedKey::new("");
        assert!(!none.signed(&["1"], &none.sign(&["1"])));
    }

    // S44
    #[test]
    fn one_signature_fits_one_reading_and_five_minutes() {
        let key = SharedKey::new("shared");
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let sent = now.timestamp();
        let signature = key.sign(&[&sent.to_string(), "a:0", "b:0"]);
        let believe = |told: &[(&str, &str)], now| key.believe(sent, told, &signature, now).is_ok();
        assert!(believe(&[("a", "0"), ("b", "0")], now));
        assert!(!believe(&[("a", "0\nb:0")], now), "the same bytes, read otherwise");
        assert!(!believe(&[("a", "0")], now));
        assert!(believe(&[("a", "0"), ("b", "0")], now + chrono::Duration::seconds(300)));
        assert!(!believe(&[("a", "0"), ("b", "0")], now + chrono::Duration::seconds(301)));
        assert!(!believe(&[("a", "0"), ("b", "0")], now - chrono::Duration::seconds(301)));
    }

    proptest! {
        // S44
        #[test]
        fn no_report_breaks_the_check_and_none_is_believed_unsigned(
            sent: i64, told: Vec<(String, String)>, signature in "\\PC*|[0-9a-fA-F]{0,80}", key: String, seconds in 0i64..4_000_000_000
        ) {
            let told: Vec<_> = told.iter().map(|(id, code)| (id.as_str(), code.as_str())).collect();
            let now = Instant::from_timestamp(seconds, 0).unwrap();
            let no = SharedKey::new(&key).believe(sent, &told, &signature, now).unwrap_err();
            prop_assert_eq!(no.reason(), "SIGNATURE_INVALID");
        }

        // S44
        #[test]
        fn what_is_signed_is_believed_and_not_with_a_letter_changed(
            told in prop::collection::vec(("[a-z0-9-]{1,12}", "[A-Z0-9.]{1,6}"), 1..4), place: prop::sample::Index, letter in "[0-9a-f]"
        ) {
            let told: Vec<_> = told.iter().map(|(id, code)| (id.as_str(), code.as_str())).collect();
            let (key, now) = (SharedKey::new("shared"), Instant::default());
            let lines: Vec<_> = told.iter().map(|(id, code)| format!("{}:{}", id, code)).collect();
            let lines: Vec<_> = ["0"].into_iter().chain(lines.iter().map(String::as_str)).collect();
            let signature = key.sign(&lines);
            prop_assert!(key.believe(0, &told, &signature, now).is_ok());
            let place = place.index(signature.len());
            let changed = [&signature[..place], letter.as_str(), &signature[place + 1..]].concat();
            prop_assert!(changed == signature || key.believe(0, &told, &changed, now).is_err());
        }
    }
}
