//! Rounds: Dure and its limit in turn, seconds apart, the other one first every second time. What counts is the middle
//! one of the rounds' ratios, so that neither a slow minute of the machine nor one odd round decides.

use std::future::Future;

/// Fewer would not be a middle.
pub const LEAST: usize = 5;

/// What was measured in each round: ours, the limit's.
#[derive(Debug, Clone, Default)]
pub struct Rounds(Vec<(u64, u64)>);

impl Rounds {
    /// One more.
    pub fn push(&mut self, ours: u64, limit: u64) {
        self.0.push((ours, limit));
    }

    /// Ours as hundredths of the limit, in the middle.
    pub fn ratio(&self) -> u128 {
        middle(self.0.iter().map(|(ours, limit)| hundredths(*ours, *limit)).collect())
    }

    /// Ours, in the middle.
    pub fn ours(&self) -> u64 {
        middle(self.0.iter().map(|(ours, _)| *ours).collect())
    }

    /// The limit, in the middle.
    pub fn limit(&self) -> u64 {
        middle(self.0.iter().map(|(_, limit)| *limit).collect())
    }

    /// Each of them.
    pub fn all(&self) -> &[(u64, u64)] {
        &self.0
    }
}

/// Rounded to the nearest.
pub fn hundredths(part: u64, whole: u64) -> u128 {
    let whole = u128::from(whole.max(1));
    (u128::from(part) * 100 + whole / 2) / whole
}

/// The one in the middle.
pub fn middle<T: Ord + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Two measurements one after the other, in an order that changes from round to round.
pub async fn pair<T>(
    round: usize,
    ours: impl Future<Output = anyhow::Result<T>>,
    limit: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(T, T)> {
    if round.is_multiple_of(2) {
        let ours = ours.await?;
        return Ok((ours, limit.await?));
    }
    let limit = limit.await?;
    Ok((ours.await?, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_round_decides() {
        let mut rounds = Rounds::default();
        for (ours, limit) in [(90, 100), (10, 100), (80, 100), (70, 100), (200, 100)] {
            rounds.push(ours, limit);
        }
        assert_eq!((rounds.ratio(), rounds.ours(), rounds.limit()), (80, 80, 100));
        assert_eq!(Rounds::default().ratio(), 0);
    }
}
