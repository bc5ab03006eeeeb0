//! Claims the messages of a lane that are due, urgent ones first (NO-3), for one hand-over: under a lease, so that a
//! process that dies in between leaves them to the next, and two never hand over the same one.

use chrono::Duration;
use flow::{Instant, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Lane, table};

/// Longer than any hand-over takes: a carrier's time-out is 30 seconds.
pub const LEASE: Duration = Duration::seconds(120);

/// Up to `most` messages under `lease`.
#[derive(Debug, Serialize)]
pub struct ClaimMessages {
    /// Whose turn it is.
    pub lane: Lane,
    /// The lease.
    pub lease: Uuid,
    /// At most this many.
    pub most: u64,
}

/// A message under a lease.
#[derive(Serialize, Deserialize)]
pub struct Claimed {
    /// The asker's id.
    pub id: Uuid,
    /// The template's name.
    pub template: String,
    /// `ko`, `en`.
    pub locale: String,
    /// The asker's.
    pub reference: String,
    /// The content, sealed.
    pub sealed: Vec<u8>,
}

impl Verb for ClaimMessages {
    const NAME: &'static str = "ClaimMessages";
    type Answer = Vec<Claimed>;

    async fn perform(&self, tx: &mut Tx) -> Result<Vec<Claimed>, Stop> {
        let until: Instant = tx.now() + LEASE;
        Ok(table::claim(tx, self.lane, self.lease, until, self.most).await?)
    }
}
