//! Access tokens verified lately, and whom they speak for. Every call carries one, the same for minutes, and checking its
//! signature costs more than answering most calls; so that is done once. A token is kept by its digest, never as it is.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use flow::Who;
use sha2::{Digest, Sha256};

/// More callers than one replica has within a token's life; some 5 MiB.
const MOST: usize = 10_000;

/// See the module.
#[derive(Default)]
pub(super) struct Seen(Mutex<ByDigest>);

/// Digest → the seconds in which it counts, and whose it is.
type ByDigest = HashMap<[u8; 32], (Range<i64>, Who)>;

impl Seen {
    /// Whom it speaks for, if it was verified before and this second is within its time.
    pub fn find(&self, token: &str, second: i64) -> Option<Who> {
        let digest = digest(token);
        let seen = self.all();
        let (time, who) = seen.get(&digest)?;
        time.contains(&second).then(|| who.clone())
    }

    /// Keeps a token that was verified.
    pub fn keep(&self, token: &str, time: Range<i64>, second: i64, who: Who) {
        let digest = digest(token);
        let mut seen = self.all();
        if seen.len() >= MOST {
            seen.retain(|_, (time, _)| time.contains(&second));
        }
        // Still full: it is no cache for so many, and verifying is always right.
        if seen.len() < MOST {
            seen.insert(digest, (time, who));
        }
    }

    fn all(&self) -> MutexGuard<'_, ByDigest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
