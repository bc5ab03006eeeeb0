//! The one clock. Everything that asks what time it is asks this, so a test or the demonstration can move it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, Utc};

/// A moment, in UTC.
pub type Instant = DateTime<Utc>;

/// Real time plus what it was advanced by; or, set by hand, exactly what it was set to.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Microseconds ahead of real time.
    ahead: Arc<AtomicI64>,
    /// When set by hand: microseconds since 1970, and real time does not count.
    by_hand: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// Real time.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is moved.
    pub fn by_hand(at: Instant) -> Self {
        Self { ahead: Arc::default(), by_hand: Some(Arc::new(AtomicI64::new(at.timestamp_micros()))) }
    }

    /// Now, to the microsecond: what both databases can keep.
    pub fn now(&self) -> Instant {
        let micros = match &self.by_hand {
            Some(at) => at.load(Ordering::SeqCst),
            None => Utc::now().timestamp_micros() + self.ahead.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves it forward; it never goes back.
    pub fn advance(&self, by: Duration) {
        let micros = by.num_microseconds().unwrap_or(0).max(0);
        self.by_hand.as_ref().unwrap_or(&self.ahead).fetch_add(micros, Ordering::SeqCst);
    }
}
