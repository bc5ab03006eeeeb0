//! The product's signed assertion (ID-22): a compact JWS, EdDSA, by the key registered for the site it names as `iss`; for
//! us (`aud`), at most five minutes long, and used once (`jti`).

use boot::token::{open_jws, peek_jws};
use chrono::Duration;
use flow::{Instant, Refusal, Stop, Tx, code};
use serde::Deserialize;
use words::{Secret, SiteId};

use super::table;

/// Who assertions must be for.
pub const AUDIENCE: &str = "dure";
/// How long one may be valid.
const LONGEST: Duration = Duration::minutes(5);
/// How far the product's clock may run ahead.
const AHEAD: Duration = Duration::seconds(60);
const LONGEST_ID: usize = 200;

/// Wrong in whatever way: one answer.
pub const ASSERTION_INVALID: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "ASSERTION_INVALID",
    "The product's assertion is not valid: unknown site or key, too old, for somebody else, or used before. Come over from the product again.",
    "제품에서 보낸 인증 정보가 유효하지 않습니다. 제품에서 다시 이동해 주세요.",
);

/// What it says.
#[derive(Debug, Clone, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// Who came over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asserted {
    /// From which site.
    pub site: SiteId,
    /// Which account there.
    pub product_account: String,
}

impl Claims {
    /// The times and names of a claim whose signature is right.
    fn hold(&self, now: Instant) -> bool {
        let (now, lasts) = (now.timestamp(), self.exp.saturating_sub(self.iat));
        let named = |text: &str| (1..=LONGEST_ID).contains(&text.len()) && !text.chars().any(char::is_control);
        self.aud == AUDIENCE
            && self.iat <= now + AHEAD.num_seconds()
            && now < self.exp
            && (0..=LONGEST.num_seconds()).contains(&lasts)
            && named(&self.sub)
            && named(&self.jti)
    }
}

/// Believes an assertion, once.
pub async fn consume(tx: &Tx, assertion: &Secret<String>) -> Result<Asserted, Stop> {
    let told: Claims = peek_jws(assertion.expose()).map_err(|_| ASSERTION_INVALID)?;
    let site: SiteId = told.iss.parse().map_err(|_| ASSERTION_INVALID)?;
    let key = table::key_of(tx, site).await?.ok_or(ASSERTION_INVALID)?;
    let claims: Claims = open_jws(&key, assertion.expose()).map_err(|_| ASSERTION_INVALID)?;
    if !claims.hold(tx.now()) || !table::first_seen(tx, site, &claims.jti).await? {
        return Err(ASSERTION_INVALID.into());
    }
    Ok(Asserted { site, product_account: claims.sub })
}

/// Those that are over cannot be used again anyway.
pub async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    table::sweep(tx, before).await
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-22
    #[test]
    fn an_assertion_is_for_us_and_short() {
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let at = now.timestamp();
        let good = Claims {
            iss: String::new(),
            sub: "u1".into(),
            aud: "dure".into(),
            iat: at,
            exp: at + 300,
            jti: "j1".into(),
        };
        assert!(good.hold(now));
        assert!(!good.hold(now + LONGEST), "over");
        assert!(!Claims { aud: "other".into(), ..good.clone() }.hold(now));
        assert!(!Claims { exp: at + 301, ..good.clone() }.hold(now), "too long");
        assert!(!Claims { iat: at + 61, exp: at + 120, ..good.clone() }.hold(now), "from the future");
        assert!(!Claims { sub: String::new(), ..good }.hold(now));
    }
}
