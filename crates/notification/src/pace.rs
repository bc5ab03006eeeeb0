//! How many messages may leave by each road in a second (NO-3), whatever the number of replicas: one bucket a road, in
//! the database, taken from in the transaction that claims them. What is urgent counts, but never waits: a hundred
//! thousand gift messages do not delay a one-time code.

pub mod table;

use chrono::Duration;
use flow::Instant;

use crate::channel::Medium;

/// The longest a carrier's "not now" holds a road back.
const LONGEST_HOLD: u32 = 3_600;

/// At most so many a second.
pub struct Pace {
    /// By e-mail.
    pub mail_per_second: u32,
    /// By SMS, LMS, MMS.
    pub text_per_second: u32,
}

/// A bucket as full as one second.
pub struct Bucket {
    left: i64,
    filled_at: Option<Instant>,
    held_until: Option<Instant>,
}

impl Pace {
    /// Of this road.
    pub fn of(&self, medium: Medium) -> i64 {
        match medium {
            Medium::Mail => self.mail_per_second,
            Medium::Text => self.text_per_second,
        }
        .into()
    }
}

impl Bucket {
    /// How many of `wanted` may leave now. Bulk waits for a quarter of a second's worth, so that it goes in few large
    /// calls, and for as long as the carrier asked for.
    pub fn may(&mut self, urgent: bool, wanted: u64, per_second: i64, now: Instant) -> u64 {
        self.fill(per_second, now);
        if urgent {
            return wanted;
        }
        let held = self.held_until.is_some_and(|until| now < until);
        let enough = self.left >= (per_second / 4).max(1);
        if held || !enough { 0 } else { wanted.min(self.left.unsigned_abs()) }
    }

    /// They leave.
    pub fn take(&mut self, count: usize) {
        self.left = self.left.saturating_sub_unsigned(count as u64);
    }

    /// The carrier asked for so many seconds' peace.
    pub fn hold(&mut self, seconds: u32, now: Instant) {
        let until = now + Duration::seconds(seconds.min(LONGEST_HOLD).into());
        self.held_until = self.held_until.max(Some(until));
    }

    fn fill(&mut self, per_second: i64, now: Instant) {
        let Some(at) = self.filled_at else {
            (self.left, self.filled_at) = (per_second, Some(now));
            return;
        };
        // A replica whose clock is behind brings nothing.
        let since = (now - at).num_milliseconds().clamp(0, 60_000);
        let more = per_second * since / 1000;
        // Time that brought nothing yet keeps counting.
        if more > 0 {
            self.filled_at = Some(now);
        }
        self.left = (self.left + more).min(per_second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> (Bucket, Instant) {
        (Bucket { left: 0, filled_at: None, held_until: None }, "2026-11-23T01:00:00Z".parse().unwrap())
    }

    // NO-3
    #[test]
    fn bulk_keeps_the_pace_and_what_is_urgent_never_waits() {
        let (mut bucket, start) = full();
        assert_eq!(bucket.may(false, 1000, 100, start), 100);
        bucket.take(100);
        assert_eq!(bucket.may(false, 1000, 100, start), 0);
        assert_eq!(bucket.may(true, 5, 100, start), 5);
        bucket.take(5);
        assert_eq!(bucket.may(false, 1000, 100, start + Duration::milliseconds(200)), 0, "not in crumbs");
        assert_eq!(
            bucket.may(false, 1000, 100, start + Duration::milliseconds(500)),
            45,
            "and the urgent ones counted"
        );
        assert_eq!(
            bucket.may(false, 1000, 100, start + Duration::seconds(60)),
            100,
            "never more than a second's worth"
        );
        assert_eq!(bucket.may(false, 7, 100, start + Duration::seconds(60)), 7);
    }

    // NO-3
    #[test]
    fn a_clock_that_is_behind_brings_nothing() {
        let (mut bucket, start) = full();
        assert_eq!(bucket.may(false, 1000, 100, start), 100);
        bucket.take(100);
        assert_eq!(bucket.may(false, 1000, 100, start - Duration::seconds(5)), 0);
        assert_eq!(bucket.may(false, 1000, 100, start), 0);
    }

    // NO-2
    #[test]
    fn a_carrier_that_asks_for_peace_gets_it_from_all_but_the_urgent() {
        let (mut bucket, start) = full();
        bucket.hold(30, start);
        bucket.hold(5, start);
        assert_eq!(bucket.may(false, 10, 100, start + Duration::seconds(29)), 0, "the longer wish counts");
        assert_eq!(bucket.may(true, 10, 100, start), 10);
        assert_eq!(bucket.may(false, 10, 100, start + Duration::seconds(30)), 10);
    }
}
