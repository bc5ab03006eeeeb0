//! `RegisterProductKey` (ID-22): the super admin names the key that a site of the company signs with; a new one replaces
//! it. Another company's site is not found.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use contract::identity::v1 as pb;
use ed25519_dalek::VerifyingKey;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use words::{SiteId, Wrong};

use super::table;
use crate::audit::Note;

const NOT_A_KEY: Wrong = Wrong::new(
    "NOT_A_KEY",
    "An ed25519 public key: 32 bytes in base64url without padding.",
    "ed25519 공개 키 (32바이트, base64url)를 입력하세요.",
);
/// Not there for this caller.
pub const SITE_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "SITE_NOT_FOUND",
    "There is no such site. Check the id; your sites are listed under /v1/sites.",
    "해당 사이트를 찾을 수 없습니다. 사이트 ID를 확인하세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct RegisterProductKey {
    site: SiteId,
    key: String,
}

/// Reads the message.
pub fn parse(m: pb::RegisterProductKeyRequest) -> Result<RegisterProductKey, Refusal> {
    let f = Fields::new();
    let key = f.word("public_key", read(&m.public_key).map(|_| m.public_key.clone()).ok_or(NOT_A_KEY));
    let (site, key) = f.all((f.parse("site_id", &m.site_id), key))?;
    Ok(RegisterProductKey { site, key })
}

/// A key that can verify; a weak one (of small order) cannot.
pub(super) fn read(text: &str) -> Option<[u8; 32]> {
    let bytes: [u8; 32] = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let key = VerifyingKey::from_bytes(&bytes).ok()?;
    (!key.is_weak()).then_some(bytes)
}

/// What is registered.
#[derive(Serialize, Deserialize)]
pub struct Registered {
    site: SiteId,
    key: String,
}

impl Registered {
    /// For the caller.
    pub fn render(self) -> pb::ProductKey {
        pb::ProductKey { site_id: self.site.to_string(), public_key: self.key }
    }
}

impl Verb for RegisterProductKey {
    const NAME: &'static str = "RegisterProductKey";
    type Answer = Registered;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.super_admin()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Registered, Stop> {
        let company = tx.caller().company()?;
        if !table::set_key(tx, self.site, company, &self.key).await? {
            return Err(SITE_NOT_FOUND.into());
        }
        Note::new("product.key_registered", self.site).of(Some(company)).record(tx).await?;
        Ok(Registered { site: self.site, key: self.key.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-22
    #[test]
    fn only_a_strong_key_is_taken() {
        let good = boot::token::TokenSigner::new([9; 32]).public();
        assert!(read(&BASE64_URL_SAFE_NO_PAD.encode(good)).is_some());
        assert!(read(&BASE64_URL_SAFE_NO_PAD.encode([0; 32])).is_none());
        assert!(read(&BASE64_URL_SAFE_NO_PAD.encode([1; 31])).is_none());
        assert!(read("").is_none());
    }
}
