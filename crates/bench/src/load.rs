//! A closed loop of calls: so many at once, each followed by the next, for a while; and how many they were, how long each
//! took. The same loop drives Dure and its limit.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::Context as _;

/// What a loop did.
pub struct Load {
    took: Duration,
    /// Sorted, nanoseconds.
    each: Vec<u64>,
}

impl Load {
    /// Of these calls.
    pub fn of(took: Duration, mut each: Vec<u64>) -> Self {
        each.sort_unstable();
        Self { took, each }
    }

    /// Calls.
    pub fn count(&self) -> u64 {
        self.each.len() as u64
    }

    /// Calls a second.
    pub fn per_second(&self) -> u64 {
        per_second(self.count(), self.took)
    }

    /// What a call took on average, nanoseconds.
    pub fn average(&self) -> u64 {
        self.each.iter().sum::<u64>() / self.count().max(1)
    }

    /// What so many of a hundred calls took at most, nanoseconds.
    pub fn percentile(&self, percent: usize) -> u64 {
        let at = (self.each.len() * percent).div_ceil(100).saturating_sub(1);
        self.each.get(at).copied().unwrap_or_default()
    }
}

/// So many in so long.
pub fn per_second(count: u64, took: Duration) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000 / took.as_micros().max(1)).unwrap_or(u64::MAX)
}

/// Whole nanoseconds.
pub fn nanos(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

/// Calls with these clients in turn, `at_once` of them under way, for as long as `time`. The first that fails ends it.
pub async fn run<C, F, Fut>(clients: &[C], at_once: usize, time: Duration, call: F) -> anyhow::Result<Load>
where
    C: Clone + Send + 'static,
    F: Fn(C) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    let start = Instant::now();
    let mut tasks = Vec::with_capacity(at_once);
    for number in 0..at_once {
        let client = clients.get(number % clients.len().max(1)).context("no client")?.clone();
        let call = call.clone();
        tasks.push(tokio::spawn(async move {
            let mut each = Vec::with_capacity(4_096);
            while start.elapsed() < time {
                let asked = Instant::now();
                call(client.clone()).await?;
                each.push(nanos(asked.elapsed()));
            }
            anyhow::Ok(each)
        }));
    }
    let mut each = Vec::new();
    for task in tasks {
        each.append(&mut task.await??);
    }
    Ok(Load::of(start.elapsed(), each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_knows_its_speed_and_its_slowest() {
        let load = Load::of(Duration::from_millis(500), (1..=100).rev().collect());
        assert_eq!(load.per_second(), 200);
        assert_eq!(load.percentile(99), 99);
        assert_eq!(load.percentile(50), 50);
        assert_eq!(load.average(), 50);
        assert_eq!(Load::of(Duration::ZERO, Vec::new()).percentile(99), 0);
    }
}
