//! Service clients (ID-28): programs with a client id and a secret whose hash stands in the settings; they exchange them for
//! a token with scopes, and are named in the audit trail.

pub mod issue_token;

use sha2::{Digest, Sha256};

/// The secret of the client that comes with the defaults: development only (S69).
pub const KNOWN_SECRET: &str = "product-development-secret";

/// What stands in the settings: the secrets are random, so a plain hash is enough.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}
