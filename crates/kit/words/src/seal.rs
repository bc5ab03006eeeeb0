//! Sealing: personal data and secrets at rest and in events are encrypted and authenticated under a key of the
//! deployment (XChaCha20-Poly1305, a random 192-bit nonce in front), bound to the context they were sealed for, so that
//! what was sealed as one thing cannot be opened as another. Digests are keyed as well (HMAC-SHA-256 under a key
//! derived from it): a phone number can be looked up by one, but not guessed from one.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use rand::{TryRngCore, rngs::OsRng};
use sha2::Sha256;

use crate::Wrong;

const KEY: usize = 32;
const NONCE: usize = 24;
const DIGEST_KEY: &[u8] = b"dure digest key v1";

type HmacSha256 = Hmac<Sha256>;

/// Seals and opens under the deployment's key.
#[derive(Clone)]
pub struct Sealer(Arc<Keys>);

struct Keys {
    cipher: XChaCha20Poly1305,
    digest: HmacSha256,
}

/// It was not sealed under this key for this context, or was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct BadSeal;

impl Sealer {
    /// From the key itself.
    pub fn new(key: [u8; KEY]) -> Self {
        let derived = mac(&key).chain_update(DIGEST_KEY).finalize().into_bytes();
        Self(Arc::new(Keys { cipher: XChaCha20Poly1305::new(&key.into()), digest: mac(&derived) }))
    }

    /// From the key in base64, as settings hold it.
    pub fn from_base64(text: &str) -> Result<Self, Wrong> {
        let key = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; KEY]>::try_from(bytes).ok());
        key.map(Self::new).ok_or(Wrong::new(
            "NOT_A_KEY",
            "The sealing key must be 32 bytes in base64.",
            "봉인 키는 base64로 된 32바이트여야 합니다.",
        ))
    }

    /// Seals `plain` for `context`.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        OsRng.try_fill_bytes(&mut nonce).expect("the operating system gives random bytes");
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let boxed = self.0.cipher.encrypt(XNonce::from_slice(&nonce), payload).expect("a message of under 256 GiB");
        [&nonce[..], &boxed].concat()
    }

    /// Opens what was sealed for `context`.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, BadSeal> {
        let (nonce, boxed) = sealed.split_at_checked(NONCE).ok_or(BadSeal)?;
        let payload = Payload { msg: boxed, aad: context.as_bytes() };
        self.0.cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| BadSeal)
    }

    /// The keyed digest of `bytes`: equal for equal bytes, telling nothing without the key.
    pub fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        self.0.digest.clone().chain_update(bytes).finalize().into_bytes().into()
    }
}

fn mac(key: &[u8]) -> HmacSha256 {
    <HmacSha256 as Mac>::new_from_slice(key).expect("HMAC takes keys of any length")
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(secret)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_context_only() {
        let sealer = Sealer::new([7; 32]);
        let sealed = sealer.seal("message", "01000001234".as_bytes());
        assert_eq!(sealer.open("message", &sealed).unwrap(), b"01000001234");
        assert_eq!(sealer.open("answer", &sealed), Err(BadSeal));
        assert_eq!(Sealer::new([8; 32]).open("message", &sealed), Err(BadSeal));
        assert_eq!(sealer.open("message", &sealed[..10]), Err(BadSeal));
        assert_ne!(sealed, sealer.seal("message", "01000001234".as_bytes()), "a fresh nonce every time");
    }

    #[test]
    fn a_changed_bit_breaks_the_seal() {
        let sealer = Sealer::new([7; 32]);
        let sealed = sealer.seal("message", b"hello");
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(sealer.open("message", &changed), Err(BadSeal));
        }
    }

    #[test]
    fn a_digest_is_keyed() {
        let sealer = Sealer::new([7; 32]);
        assert_eq!(sealer.digest(b"a"), Sealer::new([7; 32]).digest(b"a"));
        assert_ne!(sealer.digest(b"a"), Sealer::new([8; 32]).digest(b"a"));
        assert_ne!(sealer.digest(b"a"), sealer.digest(b"b"));
    }

    #[test]
    fn the_key_is_32_bytes_and_not_shown() {
        assert!(Sealer::from_base64(&STANDARD.encode([7; 32])).is_ok());
        assert_eq!(Sealer::from_base64("c2hvcnQ=").unwrap_err().reason, "NOT_A_KEY");
        assert_eq!(format!("{:?}", Sealer::new([7; 32])), "Sealer(secret)");
    }

    proptest! {
        #[test]
        fn anything_opens_as_it_was_sealed_and_nothing_else_opens(
            plain: Vec<u8>, context: String, other: Vec<u8>, place: prop::sample::Index, bit in 0u8..8
        ) {
            let sealer = Sealer::new([7; 32]);
            let sealed = sealer.seal(&context, &plain);
            prop_assert_eq!(sealer.open(&context, &sealed), Ok(plain));
            prop_assert_eq!(sealer.open(&context, &other), Err(BadSeal));
            prop_assert_eq!(sealer.open(&context, &sealed[..place.index(sealed.len())]), Err(BadSeal));
            let mut changed = sealed.clone();
            changed[place.index(sealed.len())] ^= 1 << bit;
            prop_assert_eq!(sealer.open(&context, &changed), Err(BadSeal));
        }

        #[test]
        fn no_text_breaks_the_reader_of_keys(text: String) {
            prop_assert!(Sealer::from_base64(&text).is_err() || text.trim().len() == 44);
        }
    }
}
