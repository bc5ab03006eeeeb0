//! How often one address or one token may ask (GW-4): the generic cell rate algorithm, one instant per key.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Keys kept before those that are idle are forgotten.
const KEPT: usize = 10_000;

/// A rate per key.
#[derive(Debug)]
pub(crate) struct Limiter<K> {
    /// Between two requests at the steady rate.
    every: Duration,
    /// How far ahead of that rate a key may run.
    ahead: Duration,
    /// When each key would have used up what it has asked so far.
    spent_until: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Limiter<K> {
    pub fn new(per_second: u32, burst: u32) -> Self {
        let every = Duration::from_secs(1) / per_second.max(1);
        Self { every, ahead: every * burst.max(1), spent_until: Mutex::default() }
    }

    /// Counts one request; `Err` says how long to wait.
    pub fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut keys = self.spent_until.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEPT && !keys.contains_key(&key) {
            keys.retain(|_, until| *until > now);
        }
        let until = keys.entry(key).or_insert(now);
        let next = (*until).max(now) + self.every;
        match next.checked_duration_since(now + self.ahead) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *until = next;
                Ok(())
            }
        }
    }
}

/// What counts as one address: one of IPv4, a /64 of IPv6.
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // GW-4
    #[test]
    fn a_burst_passes_then_the_rate_holds_for_each_key_alone() {
        let limiter = Limiter::new(10, 3);
        let now = Instant::now();
        for _ in 0..3 {
            assert_eq!(limiter.take("a", now), Ok(()));
        }
        assert_eq!(limiter.take("a", now), Err(Duration::from_millis(100)));
        assert_eq!(limiter.take("b", now), Ok(()));
        assert_eq!(limiter.take("a", now + Duration::from_millis(100)), Ok(()));
        assert!(limiter.take("a", now + Duration::from_millis(100)).is_err());
    }

    #[test]
    fn idle_keys_are_forgotten() {
        let limiter = Limiter::new(10, 1);
        let now = Instant::now();
        for key in 0..KEPT {
            limiter.take(key, now).unwrap();
        }
        limiter.take(KEPT, now + Duration::from_secs(1)).unwrap();
        assert_eq!(limiter.spent_until.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let a = neighbourhood("2001:db8::1".parse().unwrap());
        assert_eq!(a, neighbourhood("2001:db8::ffff:1".parse().unwrap()));
        assert_ne!(a, neighbourhood("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(neighbourhood("::ffff:10.0.0.1".parse().unwrap()), neighbourhood("10.0.0.1".parse().unwrap()));
    }
}
