//! The figures: what was measured, against what, and whether it is within its bound. Whole numbers only: a ratio is
//! kept in hundredths.

use std::{path::Path, time::Duration};

use serde::Serialize;

use crate::rounds::Rounds;

/// All that were measured.
#[derive(Default)]
pub struct Figures(Vec<Figure>);

/// One line of the table.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figure {
    what: String,
    measured: String,
    limit: String,
    ratio: String,
    bound: String,
    holds: bool,
    /// Hundredths, where it is a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio_hundredths: Option<u64>,
    /// Ours and the limit's of each round, where there were rounds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rounds: Vec<(u64, u64)>,
}

impl Figures {
    /// `measured` may take at most `bound` hundredths of `limit`.
    pub fn at_most_times(&mut self, what: &str, measured: Duration, limit_name: &str, limit: Duration, bound: u128) {
        let ratio = hundredths(measured.as_micros(), limit.as_micros());
        self.push(Figure {
            what: what.to_owned(),
            measured: seconds(measured),
            limit: format!("{limit_name}: {}", seconds(limit)),
            ratio: times(ratio),
            bound: format!("≤ {}", times(bound)),
            holds: ratio <= bound,
            ratio_hundredths: u64::try_from(ratio).ok(),
            ..Default::default()
        });
    }

    /// `measured` must reach `bound` hundredths of `limit`, both a second.
    pub fn at_least_part(&mut self, what: &str, measured: u64, limit_name: &str, limit: u64, bound: u128) {
        let ratio = hundredths(measured.into(), limit.into());
        self.push(Figure {
            what: what.to_owned(),
            measured: format!("{measured}/s"),
            limit: format!("{limit_name}: {limit}/s"),
            ratio: format!("{ratio} %"),
            bound: format!("≥ {bound} %"),
            holds: ratio >= bound,
            ratio_hundredths: u64::try_from(ratio).ok(),
            ..Default::default()
        });
    }

    /// Rounds of so many a second: ours must reach `bound` hundredths of the limit's.
    pub fn part(&mut self, what: &str, rounds: &Rounds, limit_name: &str, bound: u128) {
        let ratio = rounds.ratio();
        self.push(Figure {
            what: what.to_owned(),
            measured: format!("{}/s", rounds.ours()),
            limit: format!("{limit_name}: {}/s", rounds.limit()),
            ratio: format!("{ratio} %"),
            bound: format!("≥ {bound} %"),
            holds: ratio >= bound,
            ratio_hundredths: u64::try_from(ratio).ok(),
            rounds: rounds.all().to_vec(),
        });
    }

    /// Rounds of nanoseconds: ours may take `bound` hundredths of the limit's.
    pub fn times(&mut self, what: &str, rounds: &Rounds, limit_name: &str, bound: u128) {
        let ratio = rounds.ratio();
        self.push(Figure {
            what: what.to_owned(),
            measured: short(rounds.ours()),
            limit: format!("{limit_name}: {}", short(rounds.limit())),
            ratio: times(ratio),
            bound: format!("≤ {}", times(bound)),
            holds: ratio <= bound,
            ratio_hundredths: u64::try_from(ratio).ok(),
            rounds: rounds.all().to_vec(),
        });
    }

    /// Something to know beside the others, without a bound.
    pub fn told(&mut self, what: &str, measured: String) {
        self.push(Figure { what: what.to_owned(), measured, holds: true, ..Default::default() });
    }

    /// `measured` may be at most `bound`.
    pub fn at_most(&mut self, what: &str, measured: u64, bound: u64, unit: &str) {
        self.push(Figure {
            what: what.to_owned(),
            measured: format!("{measured} {unit}"),
            limit: String::new(),
            ratio: String::new(),
            bound: format!("≤ {bound} {unit}"),
            holds: measured <= bound,
            ..Default::default()
        });
    }

    /// So many nanoseconds, at most `bound`.
    pub fn at_most_time(&mut self, what: &str, measured: u64, bound: Duration) {
        let bound = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        self.push(Figure {
            what: what.to_owned(),
            measured: short(measured),
            bound: format!("≤ {}", short(bound)),
            holds: measured <= bound,
            ..Default::default()
        });
    }

    /// `measured` must be at least `bound`.
    pub fn at_least(&mut self, what: &str, measured: u64, bound: u64, unit: &str) {
        self.push(Figure {
            what: what.to_owned(),
            measured: format!("{measured} {unit}"),
            limit: String::new(),
            ratio: String::new(),
            bound: format!("≥ {bound} {unit}"),
            holds: measured >= bound,
            ..Default::default()
        });
    }

    fn push(&mut self, figure: Figure) {
        println!("    → {}: {} {} {}", figure.what, figure.measured, figure.limit, figure.ratio);
        self.0.push(figure);
    }

    /// Whether each is within its bound.
    pub fn all_hold(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|figure| figure.holds)
    }

    /// As a table for people.
    pub fn print(&self) {
        println!(
            "\n| what | measured | limit in the same run | ratio | bound | |\n| --- | --- | --- | --- | --- | --- |"
        );
        for f in &self.0 {
            let verdict = match (f.bound.is_empty(), f.holds) {
                (true, _) => "told",
                (_, true) => "holds",
                (_, false) => "MISSED",
            };
            println!("| {} | {} | {} | {} | {} | {verdict} |", f.what, f.measured, f.limit, f.ratio, f.bound);
        }
    }
}

impl Figures {
    /// For programs; an array with a line's fields each.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        Ok(std::fs::write(file, serde_json::to_string_pretty(&self.0)?)?)
    }
}

/// Nanoseconds for people.
pub fn short(nanos: u64) -> String {
    match nanos {
        0..10_000 => format!("{nanos} ns"),
        10_000..10_000_000 => format!("{} µs", nanos / 1_000),
        _ => format!("{}.{} ms", nanos / 1_000_000, nanos / 100_000 % 10),
    }
}

fn hundredths(part: u128, whole: u128) -> u128 {
    part.saturating_mul(100).div_ceil(whole.max(1))
}

fn times(hundredths: u128) -> String {
    format!("{}.{:02} ×", hundredths / 100, hundredths % 100)
}

fn seconds(time: Duration) -> String {
    format!("{}.{:03} s", time.as_secs(), time.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_holds_up_to_its_bound() {
        let mut figures = Figures::default();
        assert!(!figures.all_hold(), "nothing measured is nothing shown");
        figures.at_most_times("a", Duration::from_millis(3_000), "limit", Duration::from_millis(1_000), 300);
        assert!(figures.all_hold());
        figures.at_least_part("b", 50, "limit", 100, 50);
        assert!(figures.all_hold());
        figures.at_most_times("c", Duration::from_millis(3_001), "limit", Duration::from_millis(1_000), 300);
        assert!(!figures.all_hold());
        assert_eq!(times(hundredths(1, 3)), "0.34 ×");
    }

    #[test]
    fn the_middle_of_the_rounds_is_held_against_the_bound() {
        let mut figures = Figures::default();
        let mut rounds = Rounds::default();
        rounds.push(85, 100);
        figures.part("a", &rounds, "limit", 85);
        figures.times("b", &rounds, "limit", 85);
        figures.told("c", "12 MiB".to_owned());
        assert!(figures.all_hold());
        figures.times("d", &rounds, "limit", 84);
        assert!(!figures.all_hold());
        assert_eq!(
            (short(9_999), short(10_000), short(10_650_000)),
            ("9999 ns".into(), "10 µs".into(), "10.6 ms".into())
        );
    }
}
