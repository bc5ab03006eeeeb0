//! Pictures that messages carry (NO-1): offered once, kept sealed (NO-4), named by the messages by their digest, and
//! forgotten when no message can need them any more.

pub mod forget;
pub mod keep;
pub mod table;

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A JPEG. No derived Debug: it may show people (NO-4).
pub struct Picture {
    /// SHA-256 in lower-case hexadecimal.
    pub digest: String,
    /// The bytes.
    pub data: Vec<u8>,
}

impl Picture {
    /// `None` if the bytes are not what the digest says.
    pub fn new(digest: &str, data: Vec<u8>) -> Option<Self> {
        (hex::encode(Sha256::digest(&data)) == digest).then(|| Self { digest: digest.to_owned(), data })
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "picture {} of {} bytes", self.digest, self.data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // NO-1
    #[test]
    fn a_picture_is_what_its_digest_says() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(Picture::new(digest, b"abc".to_vec()).is_some());
        assert!(Picture::new(digest, b"abd".to_vec()).is_none());
    }
}
