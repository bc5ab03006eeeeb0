//! Delivery reports of the carrier (NO-2): believed for their signature, made with the key both share.

pub mod report;

use flow::{Instant, Refusal, code};
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::Sha256;
use uuid::Uuid;

/// Whoever sent this does not have the carrier's key, or sent it at another time.
pub const SIGNATURE_INVALID: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "SIGNATURE_INVALID",
    "This report is not signed with the carrier's key, or its time is more than five minutes off.",
    "통신사 키로 서명되지 않았거나 전송 시각이 5분 이상 차이 납니다.",
);

/// One message's report.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// The message.
    pub id: Uuid,
    /// Why it will not arrive; `None` if it did.
    pub failed: Option<String>,
}

/// The key shared with the carrier.
pub struct CarrierKey(Vec<u8>);

impl CarrierKey {
    /// From its bytes; empty where no carrier is connected, and then nothing is believed.
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

    fn mac(&self, lines: &[&str]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(lines.join("\n").as_bytes());
        mac
    }
}

/// Five minutes, either way.
fn timely(sent: i64, now: Instant) -> bool {
    now.timestamp().abs_diff(sent) <= 300
}

#[cfg(test)]
mod tests {
    use super::*;

    // NO-2
    #[test]
    fn only_the_key_signs_and_no_key_believes_nothing() {
        let key = CarrierKey::new("shared");
        let signature = key.sign(&["1", "a:0"]);
        assert!(key.signed(&["1", "a:0"], &signature));
        assert!(!key.signed(&["1", "a:1"], &signature));
        assert!(!CarrierKey::new("other").signed(&["1", "a:0"], &signature));
        let none = CarrierKey::new("");
        assert!(!none.signed(&["1"], &none.sign(&["1"])));
    }
}
