//! The public keys tokens are verified with.

use std::sync::{Arc, PoisonError, RwLock};

use ed25519_dalek::VerifyingKey;
use flow::{Instant, Who};
use serde::de::DeserializeOwned;

use super::{ACCESS, BadToken, Claims, Envelope, Header, decode, kid, seen::Seen, verify_with};

/// Seconds by which the signer's clock may be ahead of ours.
const AHEAD: i64 = 60;

/// The public keys tokens are verified with; shared, so that a key published later counts everywhere at once.
#[derive(Clone, Default)]
pub struct KeySet(Arc<RwLock<Arc<Keys>>>);

/// Keys by id, and what was verified with them: other keys have verified nothing yet.
#[derive(Default)]
struct Keys {
    by_id: Vec<(String, VerifyingKey)>,
    seen: Seen,
}

impl KeySet {
    /// Of these keys; one that is no ed25519 point is an error.
    pub fn new(keys: impl IntoIterator<Item = [u8; 32]>) -> anyhow::Result<Self> {
        let set = Self::default();
        set.replace(keys)?;
        Ok(set)
    }

    /// From now on these keys.
    pub fn replace(&self, keys: impl IntoIterator<Item = [u8; 32]>) -> anyhow::Result<()> {
        let parse = |bytes: [u8; 32]| Ok((kid(&bytes), VerifyingKey::from_bytes(&bytes)?));
        let by_id = keys.into_iter().map(parse).collect::<anyhow::Result<Vec<_>>>()?;
        // The same ones are published again and again: what they verified stays known.
        if self.keys().by_id != by_id {
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Keys { by_id, seen: Seen::default() });
        }
        Ok(())
    }

    /// The claims of a token that one of these keys signed for this audience and that is not over.
    pub fn verify<C: DeserializeOwned>(&self, token: &str, audience: &str, now: Instant) -> Result<C, BadToken> {
        self.keys().open(token, audience, now).map(|envelope| envelope.claims)
    }

    /// Whom an access token speaks for.
    pub fn caller(&self, token: &str, now: Instant) -> Result<Who, BadToken> {
        let (keys, second) = (self.keys(), now.timestamp());
        if let Some(who) = keys.seen.find(token, second) {
            return Ok(who);
        }
        let envelope = keys.open::<Claims>(token, ACCESS, now)?;
        let time = envelope.iat.saturating_sub(AHEAD)..envelope.exp;
        let who = envelope.claims.caller()?;
        keys.seen.keep(token, time, second, who.clone());
        Ok(who)
    }

    /// The keys with their ids, for publishing.
    pub fn published(&self) -> Vec<(String, [u8; 32])> {
        self.keys().by_id.iter().map(|(kid, key)| (kid.clone(), key.to_bytes())).collect()
    }

    fn keys(&self) -> Arc<Keys> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Keys {
    fn open<C: DeserializeOwned>(&self, token: &str, audience: &str, now: Instant) -> Result<Envelope<C>, BadToken> {
        let (signed, signature) = token.rsplit_once('.').ok_or(BadToken)?;
        let (header, payload) = signed.split_once('.').ok_or(BadToken)?;
        let header: Header = decode(header)?;
        if header.alg != "EdDSA" {
            return Err(BadToken);
        }
        let (_, key) = self.by_id.iter().find(|(kid, _)| *kid == header.kid).ok_or(BadToken)?;
        verify_with(key, signed, signature)?;
        let envelope: Envelope<C> = decode(payload)?;
        let in_time = now.timestamp() < envelope.exp && envelope.iat <= now.timestamp() + AHEAD;
        if envelope.aud == audience && envelope.iss == "dure" && in_time { Ok(envelope) } else { Err(BadToken) }
    }
}
