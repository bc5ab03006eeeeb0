//! How many messages may leave by each road in a second (NO-3). What is urgent counts, but never waits: a hundred
//! thousand gift messages do not delay a one-time code.

use std::sync::Mutex;

use flow::Instant;

use crate::{channel::Medium, message::Lane};

/// A bucket per road, as full as one second.
pub struct Pace {
    mail: Mutex<Bucket>,
    text: Mutex<Bucket>,
}

struct Bucket {
    per_second: i64,
    left: i64,
    filled_at: Option<Instant>,
}

impl Pace {
    /// At most so many a second.
    pub fn new(mail_per_second: u32, text_per_second: u32) -> Self {
        Self { mail: Mutex::new(Bucket::new(mail_per_second)), text: Mutex::new(Bucket::new(text_per_second)) }
    }

    /// How many of `wanted` may leave now.
    pub fn may(&self, lane: Lane, wanted: u64, now: Instant) -> u64 {
        let allowed = self.with(lane, |bucket| bucket.fill(now));
        if lane.urgent { wanted } else { wanted.min(u64::try_from(allowed).unwrap_or(0)) }
    }

    /// They left.
    pub fn left(&self, lane: Lane, count: usize) {
        self.with(lane, |bucket| {
            bucket.left = bucket.left.saturating_sub_unsigned(count as u64);
            bucket.left
        });
    }

    fn with(&self, lane: Lane, act: impl FnOnce(&mut Bucket) -> i64) -> i64 {
        let bucket = match lane.medium {
            Medium::Mail => &self.mail,
            Medium::Text => &self.text,
        };
        act(&mut bucket.lock().expect("nothing panics while it is held"))
    }
}

impl Bucket {
    fn new(per_second: u32) -> Self {
        Self { per_second: per_second.into(), left: per_second.into(), filled_at: None }
    }

    fn fill(&mut self, now: Instant) -> i64 {
        let since = self.filled_at.map_or(0, |at| (now - at).num_milliseconds().clamp(0, 60_000));
        let more = self.per_second * since / 1000;
        // Time that brought nothing yet keeps counting.
        if more > 0 || self.filled_at.is_none() {
            self.filled_at = Some(now);
        }
        self.left = (self.left + more).min(self.per_second);
        self.left
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    const BULK: Lane = Lane { medium: Medium::Text, urgent: false };
    const URGENT: Lane = Lane { medium: Medium::Text, urgent: true };

    // NO-3
    #[test]
    fn bulk_keeps_the_pace_and_what_is_urgent_never_waits() {
        let pace = Pace::new(10, 100);
        let start: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        assert_eq!(pace.may(BULK, 1000, start), 100);
        pace.left(BULK, 100);
        assert_eq!(pace.may(BULK, 1000, start), 0);
        assert_eq!(pace.may(URGENT, 5, start), 5);
        pace.left(URGENT, 5);
        assert_eq!(pace.may(BULK, 1000, start + Duration::milliseconds(500)), 45, "and counts");
        assert_eq!(pace.may(BULK, 1000, start + Duration::seconds(60)), 100, "never more than a second's worth");
        let mail = Lane { medium: Medium::Mail, urgent: false };
        assert_eq!(pace.may(mail, 1000, start), 10, "roads do not share");
    }
}
