//! Random secrets from the operating system: tokens of 256 bits, of which only a hash is stored, and six-digit
//! one-time codes.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};

use crate::Secret;

/// A token of 256 random bits, base64url. It is shown to its owner once; stored is its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct RandomToken(String);

impl RandomToken {
    /// A new one.
    #[expect(clippy::new_without_default, reason = "each one differs: nothing to default to")]
    pub fn new() -> Self {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text somebody presents; its hash will tell whether it ever was one.
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text, for its owner only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What to store, and to look a presented one up by: 256 random bits need no salt.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for RandomToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RandomToken(secret)")
    }
}

/// Six digits, each number as likely as any other.
pub fn one_time_code() -> Secret<String> {
    const CODES: u32 = 1_000_000;
    const FAIR: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let drawn = OsRng.try_next_u32().expect("the operating system gives random bytes");
        if drawn < FAIR {
            return Secret::new(format!("{:06}", drawn % CODES));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_found_by_their_hash() {
        let (one, two) = (RandomToken::new(), RandomToken::new());
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one.hash(), two.hash());
        assert_eq!(RandomToken::presented(one.expose()).hash(), one.hash());
        assert_eq!(format!("{one:?}"), "RandomToken(secret)");
    }

    #[test]
    fn a_code_has_six_digits() {
        for _ in 0..1000 {
            let code = one_time_code();
            assert!(code.expose().len() == 6 && code.expose().bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn codes_use_all_their_digits() {
        let codes: std::collections::BTreeSet<_> = (0..1000).map(|_| one_time_code().into_inner()).collect();
        assert!(codes.len() > 900 && codes.iter().any(|code| code.as_str() > "970000"));
        assert!(codes.iter().any(|code| code.as_str() < "100000"));
    }
}
