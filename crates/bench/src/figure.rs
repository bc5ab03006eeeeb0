//! The figures: what was measured, against what, and whether it is within its bound. Whole numbers only: a ratio is
//! kept in hundredths.

use std::time::Duration;

/// All that were measured.
#[derive(Default)]
pub struct Figures(Vec<Figure>);

struct Figure {
    what: String,
    measured: String,
    limit: String,
    ratio: String,
    bound: String,
    holds: bool,
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
        });
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
            let verdict = if f.holds { "holds" } else { "MISSED" };
            println!("| {} | {} | {} | {} | {} | {verdict} |", f.what, f.measured, f.limit, f.ratio, f.bound);
        }
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
}
