//! A recipient proves a phone (VO-10): a code goes there, valid 3 minutes with 5 tries, one live code a phone. The right one
//! yields a token, sealed here, that holds the phone for 30 minutes. Every phone is answered the same, with gifts or without.

pub mod confirm;
pub mod start;
pub mod table;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Duration;
use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::{Phone, Sealer, Secret, typed_id};

typed_id!(/// A phone about to be proven.
    pub PhoneProofId, "php");

/// How long a code can be given.
pub const CODE_LASTS: Duration = Duration::minutes(3);
/// How many tries it has.
pub const TRIES: i64 = 5;
/// How long the token lasts that it yields.
pub const TOKEN_LASTS: Duration = Duration::minutes(30);

const CONTEXT: &str = "phone proof";

/// VO-10: wrong, late, replaced, used up: one answer.
pub const PHONE_CODE_WRONG_OR_EXPIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PHONE_CODE_WRONG_OR_EXPIRED",
    "The code is wrong or has expired. Tries left: {tries_left}; with none left, ask for a new code.",
    "인증번호가 틀렸거나 만료되었습니다. 남은 횟수: {tries_left}회. 남은 횟수가 없으면 인증번호를 다시 요청하세요.",
);
/// VO-10.
pub const PHONE_TOKEN_INVALID: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PHONE_TOKEN_INVALID",
    "This proof of a phone cannot be used or is older than 30 minutes. Prove the phone again.",
    "휴대폰 인증이 올바르지 않거나 30분이 지났습니다. 다시 인증해 주세요.",
);

#[derive(Serialize, Deserialize)]
struct Proven {
    phone: Phone,
    until: Instant,
}

/// The token of a proven phone: only this service reads it.
pub fn token(sealer: &Sealer, phone: &Phone, until: Instant) -> Secret<String> {
    let proven = serde_json::to_vec(&Proven { phone: phone.clone(), until }).unwrap_or_default();
    Secret::new(BASE64_URL_SAFE_NO_PAD.encode(sealer.seal(CONTEXT, &proven)))
}

/// The phone a token holds, while it lasts.
pub fn phone_of(sealer: &Sealer, token: &str, now: Instant) -> Result<Phone, Refusal> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| PHONE_TOKEN_INVALID)?;
    let proven = sealer.open(CONTEXT, &sealed).map_err(|_| PHONE_TOKEN_INVALID)?;
    let proven: Proven = serde_json::from_slice(&proven).map_err(|_| PHONE_TOKEN_INVALID)?;
    if now < proven.until { Ok(proven.phone) } else { Err(PHONE_TOKEN_INVALID) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_its_phone_for_its_time_under_its_key_alone() {
        // VO-10
        let (sealer, other) = (Sealer::new([7; 32]), Sealer::new([8; 32]));
        let phone = Phone::parse("01000001001").unwrap();
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let token = token(&sealer, &phone, now + TOKEN_LASTS).into_inner();
        assert_eq!(phone_of(&sealer, &token, now).unwrap(), phone);
        let last = now + TOKEN_LASTS - Duration::milliseconds(1);
        assert!(phone_of(&sealer, &token, last).is_ok());
        for (sealer, token, at) in [
            (&sealer, token.as_str(), now + TOKEN_LASTS),
            (&other, token.as_str(), now),
            (&sealer, &token[1..], now),
            (&sealer, "", now),
            (&sealer, "가", now),
        ] {
            assert_eq!(phone_of(sealer, token, at).unwrap_err().reason(), "PHONE_TOKEN_INVALID");
        }
        let sealed = BASE64_URL_SAFE_NO_PAD.encode(sealer.seal("message", b"{}"));
        assert!(phone_of(&sealer, &sealed, now).is_err(), "what was sealed as something else is no proof");
    }
}
