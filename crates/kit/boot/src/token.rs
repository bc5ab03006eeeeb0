//! Tokens: compact JWS signed with EdDSA and nothing else. One signer (identity), many verifiers; each token is for one
//! audience, so an access token cannot pass for a verification, nor the reverse.

mod keys;
mod seen;

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use flow::{Account, Caller, Client, Instant, Operator, Role, Who};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use words::{AccountId, CompanyId, SessionId};

pub use keys::KeySet;

/// The audience of access tokens.
pub const ACCESS: &str = "dure";
/// The audience of verification tokens (ID-6).
pub const VERIFICATION: &str = "dure-verification";

/// Why a token is not believed. Deliberately one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct BadToken;

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: String,
}

#[derive(Serialize, Deserialize)]
struct Envelope<C> {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    claims: C,
}

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Account, operator or client id.
    pub sub: String,
    /// Which of them.
    pub kind: Kind,
    /// The company, for an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<CompanyId>,
    /// Role in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Opened with a business number.
    #[serde(default)]
    pub corporate: bool,
    /// An admin's permissions, an operator's roles, or a client's scopes.
    #[serde(default)]
    pub grants: BTreeSet<String>,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

/// Who a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A signed-in account.
    Account,
    /// An operator.
    Operator,
    /// A service client.
    Client,
}

/// What a verification token says (ID-6): a person was verified for one purpose. No personal data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verified {
    /// Single use: whoever accepts it keeps this id under a unique constraint, in the same transaction.
    pub jti: uuid::Uuid,
    /// `sign_up`, `login`, `voucher_send`, `phone_change`, `recovery`.
    pub purpose: String,
    /// The account that asked, if signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Its company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<CompanyId>,
    /// The hash of what is approved, where an action is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content_hash: String,
}

impl Claims {
    /// The caller this token speaks for.
    pub fn caller(self) -> Result<Who, BadToken> {
        Ok(match self.kind {
            Kind::Account => Who::Account(Account {
                id: self.sub.parse().map_err(|_| BadToken)?,
                company: self.company,
                role: self.role.unwrap_or(Role::None),
                corporate: self.corporate,
                permissions: self.grants,
                session: self.session,
            }),
            Kind::Operator => {
                Who::Operator(Operator { id: self.sub.parse().map_err(|_| BadToken)?, roles: self.grants })
            }
            Kind::Client => Who::Client(Client { id: self.sub, scopes: self.grants }),
        })
    }

    /// The claims that make such a caller; `None` for callers that have no token.
    pub fn of(caller: &Caller) -> Option<Self> {
        let blank = Self {
            sub: String::new(),
            kind: Kind::Account,
            company: None,
            role: None,
            corporate: false,
            grants: BTreeSet::new(),
            session: None,
        };
        Some(match caller.who.clone() {
            Who::Account(a) => Self {
                sub: a.id.to_string(),
                company: a.company,
                role: Some(a.role),
                corporate: a.corporate,
                grants: a.permissions,
                session: a.session,
                ..blank
            },
            Who::Operator(o) => Self { sub: o.id.to_string(), kind: Kind::Operator, grants: o.roles, ..blank },
            Who::Client(c) => Self { sub: c.id, kind: Kind::Client, grants: c.scopes, ..blank },
            Who::Anyone | Who::Dure => return None,
        })
    }
}

/// Signs tokens.
#[derive(Clone)]
pub struct TokenSigner {
    key: Arc<SigningKey>,
    kid: String,
}

impl TokenSigner {
    /// Of a 32-byte seed.
    pub fn new(seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        Self { kid: kid(key.verifying_key().as_bytes()), key: Arc::new(key) }
    }

    /// A token with these claims, for one audience, valid for a while.
    pub fn sign(&self, audience: &str, claims: &impl Serialize, now: Instant, lasts: chrono::Duration) -> String {
        let header = Header { alg: "EdDSA".into(), kid: self.kid.clone() };
        let (iat, exp) = (now.timestamp(), (now + lasts).timestamp());
        let envelope = Envelope { iss: "dure".into(), aud: audience.into(), iat, exp, claims };
        let signed = format!("{}.{}", encode(&header), encode(&envelope));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// Its public key.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }
}

/// The payload of a compact JWS that this key signed with EdDSA: for assertions of others (ID-22). Times and audience
/// are the caller's to check.
pub fn open_jws<C: DeserializeOwned>(key: &[u8; 32], token: &str) -> Result<C, BadToken> {
    let (signed, signature) = token.rsplit_once('.').ok_or(BadToken)?;
    let (header, payload) = signed.split_once('.').ok_or(BadToken)?;
    let header: Header = decode(header)?;
    if header.alg != "EdDSA" {
        return Err(BadToken);
    }
    verify_with(&VerifyingKey::from_bytes(key).map_err(|_| BadToken)?, signed, signature)?;
    decode(payload)
}

/// The claims of a JWS, not believed yet: to find out whose key to ask for.
pub fn peek_jws<C: DeserializeOwned>(token: &str) -> Result<C, BadToken> {
    decode(token.split('.').nth(1).ok_or(BadToken)?)
}

fn verify_with(key: &VerifyingKey, signed: &str, signature: &str) -> Result<(), BadToken> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadToken)?;
    let signature = Signature::from_slice(&bytes).map_err(|_| BadToken)?;
    key.verify_strict(signed.as_bytes(), &signature).map_err(|_| BadToken)
}

fn kid(public: &[u8; 32]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..9])
}

fn encode(part: &impl Serialize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, BadToken> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| BadToken)?;
    serde_json::from_slice(&bytes).map_err(|_| BadToken)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    fn verified() -> Verified {
        Verified {
            jti: uuid::Uuid::nil(),
            purpose: "sign_up".into(),
            account: None,
            company: None,
            content_hash: String::new(),
        }
    }

    // S19
    #[test]
    fn only_its_own_audience_time_and_key_are_believed() {
        let signer = TokenSigner::new([7; 32]);
        let keys = KeySet::new([signer.public()]).unwrap();
        let now: Instant = "2026-11-22T00:00:00Z".parse().unwrap();
        let token = signer.sign(VERIFICATION, &verified(), now, Duration::minutes(30));

        assert_eq!(keys.verify::<Verified>(&token, VERIFICATION, now).unwrap().purpose, "sign_up");
        assert!(keys.verify::<Verified>(&token, ACCESS, now).is_err());
        assert!(keys.verify::<Verified>(&token, VERIFICATION, now + Duration::minutes(30)).is_err());
        assert!(keys.verify::<Verified>(&token, VERIFICATION, now - Duration::minutes(5)).is_err());

        let foreign = TokenSigner::new([8; 32]).sign(VERIFICATION, &verified(), now, Duration::minutes(30));
        assert!(keys.verify::<Verified>(&foreign, VERIFICATION, now).is_err());

        let payload = token.split('.').nth(1).unwrap();
        let unsigned = format!("{}.{payload}.", encode(&Header { alg: "none".into(), kid: signer.kid.clone() }));
        assert!(keys.verify::<Verified>(&unsigned, VERIFICATION, now).is_err());
    }

    proptest! {
        // S19
        #[test]
        fn no_text_is_believed_and_none_breaks_the_reader(
            text in "\\PC*|[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,90}", header: Vec<u8>, payload: Vec<u8>,
        ) {
            let keys = KeySet::new([TokenSigner::new([7; 32]).public()]).unwrap();
            let now = Instant::default();
            let made = [&header, &payload, &header].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".");
            for token in [text, made] {
                prop_assert!(keys.verify::<Claims>(&token, ACCESS, now).is_err());
                prop_assert!(open_jws::<serde_json::Value>(&[7; 32], &token).is_err());
                let _ = peek_jws::<serde_json::Value>(&token);
            }
        }

        // S19
        #[test]
        fn a_changed_token_is_not_believed(place: prop::sample::Index, letter in "[A-Za-z0-9_.+/=-]", whole: bool) {
            let signer = TokenSigner::new([7; 32]);
            let keys = KeySet::new([signer.public()]).unwrap();
            let now: Instant = "2026-11-22T00:00:00Z".parse().unwrap();
            let token = signer.sign(VERIFICATION, &verified(), now, Duration::minutes(30));
            let place = place.index(token.len());
            let rest = if whole { &token[place + 1..] } else { "" };
            let changed = [&token[..place], &letter, rest].concat();
            if changed != token {
                prop_assert!(keys.verify::<Verified>(&changed, VERIFICATION, now).is_err());
            }
        }

        #[test]
        fn what_is_signed_is_read(purpose: String, content_hash: String, jti: u128) {
            let signer = TokenSigner::new([7; 32]);
            let now: Instant = "2026-11-22T00:00:00Z".parse().unwrap();
            let said = Verified { jti: uuid::Uuid::from_u128(jti), purpose, content_hash, ..verified() };
            let token = signer.sign(VERIFICATION, &said, now, Duration::minutes(30));
            let read = KeySet::new([signer.public()]).unwrap().verify::<Verified>(&token, VERIFICATION, now).unwrap();
            prop_assert_eq!((read.jti, read.purpose, read.content_hash), (said.jti, said.purpose, said.content_hash));
        }
    }

    // ID-19, S19
    #[test]
    fn a_token_verified_once_is_believed_within_its_time_and_while_its_key_is() {
        let (signer, other) = (TokenSigner::new([7; 32]), TokenSigner::new([8; 32]));
        let keys = KeySet::new([signer.public()]).unwrap();
        let now: Instant = "2026-11-22T00:00:00Z".parse().unwrap();
        let claims = Claims {
            sub: "erp".into(),
            kind: Kind::Client,
            company: None,
            role: None,
            corporate: false,
            grants: BTreeSet::from(["membership.check".to_owned()]),
            session: None,
        };
        let token = signer.sign(ACCESS, &claims, now, Duration::minutes(10));
        let client = claims.caller().unwrap();
        for _ in 0..2 {
            assert_eq!(keys.caller(&token, now).unwrap(), client);
            assert_eq!(keys.caller(&token, now - Duration::seconds(60)).unwrap(), client);
            assert!(keys.caller(&token, now - Duration::seconds(61)).is_err());
            assert!(keys.caller(&token, now + Duration::minutes(10)).is_err());
            assert!(keys.caller(&format!("{token}x"), now).is_err());
        }
        keys.replace([signer.public()]).unwrap();
        assert_eq!(keys.caller(&token, now).unwrap(), client);
        keys.replace([other.public()]).unwrap();
        assert!(keys.caller(&token, now).is_err(), "its key is believed no more");
        let verification = signer.sign(VERIFICATION, &verified(), now, Duration::minutes(10));
        assert!(KeySet::new([signer.public()]).unwrap().caller(&verification, now).is_err());
    }
}
