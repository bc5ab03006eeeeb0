//! Claims the messages of a lane that are due, urgent ones first, as many as the road's pace allows (NO-3), for one
//! hand-over: under a lease, so that a process that dies in between leaves them to the next, and two never hand over the
//! same one.

use chrono::Duration;
use flow::{Instant, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Lane, Message, table};
use crate::pace::{self, Pace};

/// Longer than any hand-over takes: a carrier has a minute at most, a batch of mails a minute and a half.
pub const LEASE: Duration = Duration::seconds(150);

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

/// Messages under a lease.
#[derive(Serialize, Deserialize)]
pub struct Claim {
    /// Each.
    pub messages: Vec<Claimed>,
    /// Whether there may be more that may leave now.
    pub more: bool,
}

/// A message under a lease.
#[derive(Serialize, Deserialize)]
pub struct Claimed {
    /// As it stands.
    pub message: Message,
    /// The template's name.
    pub template: String,
    /// `ko`, `en`.
    pub locale: String,
    /// The content, sealed.
    pub sealed: Vec<u8>,
}

impl Verb for ClaimMessages {
    const NAME: &'static str = "ClaimMessages";
    type Answer = Claim;

    async fn perform(&self, tx: &mut Tx) -> Result<Claim, Stop> {
        let (now, medium) = (tx.now(), self.lane.medium);
        let per_second = tx.part::<Pace>().of(medium);
        // The bucket is locked first: replicas claim one after the other, and never more than it holds together.
        let mut bucket = pace::table::lock(tx, medium).await?;
        let most = bucket.may(self.lane.urgent, self.most, per_second, now);
        if most == 0 {
            return Ok(Claim { messages: Vec::new(), more: false });
        }
        let until: Instant = now + LEASE;
        let messages = table::claim(tx, self.lane, self.lease, until, most).await?;
        bucket.take(messages.len());
        pace::table::save(tx, medium, &bucket).await?;
        Ok(Claim { more: messages.len() as u64 == most, messages })
    }
}
