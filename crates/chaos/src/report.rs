//! The report: a row for each scenario and each control, a headline over all, as a table for people and as JSON.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::found::Breaches;

/// One scenario that was played.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Row {
    /// `R02`.
    pub id: String,
    /// What was broken.
    pub fault: String,
    /// What must hold.
    pub pass: String,
    /// Figures of the run, in the order they were taken.
    pub figures: Vec<(String, String)>,
    /// Operations of the history.
    pub operations: u64,
    /// `kill -9`s.
    pub kills: u64,
    /// Events told again on purpose.
    pub duplicates: u64,
    /// Promised and not there.
    pub lost: u64,
    /// There more than once, or never promised.
    pub double: u64,
    /// Lots whose balances are wrong.
    pub drift: u64,
    /// What was found, by invariant.
    pub breaches: BTreeMap<String, Vec<String>>,
    /// Seconds it took.
    pub seconds: u64,
}

/// A build that was broken on purpose.
#[derive(Debug, Clone, Serialize)]
pub struct Control {
    /// `inbox-forgets`.
    pub sabotage: String,
    /// The scenario that was played with it.
    pub scenario: String,
    /// The invariants that were found broken.
    pub caught_by: Vec<String>,
    /// The first of what was found.
    pub said: String,
}

/// All of a run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The dice.
    pub seed: u64,
    /// The smaller counts were used.
    pub quick: bool,
    /// Scenarios.
    pub rows: Vec<Row>,
    /// Controls.
    pub controls: Vec<Control>,
    /// What could not be played at all.
    pub errors: Vec<String>,
}

impl Row {
    /// A figure of the run.
    pub fn figure(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        println!("      {name}: {value}");
        self.figures.push((name.to_owned(), value));
    }

    /// A figure with a bound; beyond it the scenario has failed.
    pub fn at_most(&mut self, name: &str, value: u128, bound: u128, unit: &str) {
        self.figure(name, format!("{value} {unit} (≤ {bound})"));
        if value > bound {
            self.fail("figure", format!("{name} is {value} {unit}, more than {bound}"));
        }
    }

    /// A figure that must be exactly this.
    pub fn exactly(&mut self, name: &str, value: u64, expected: u64) {
        self.figure(name, format!("{value} (= {expected})"));
        if value != expected {
            self.fail("figure", format!("{name} is {value}, not {expected}"));
        }
    }

    /// A figure with a least.
    pub fn at_least(&mut self, name: &str, value: u128, bound: u128, unit: &str) {
        self.figure(name, format!("{value} {unit} (≥ {bound})"));
        if value < bound {
            self.fail("figure", format!("{name} is {value} {unit}, less than {bound}"));
        }
    }

    /// What breaks it.
    pub fn fail(&mut self, invariant: &str, text: String) {
        self.breaches.entry(invariant.to_owned()).or_default().push(text);
    }

    /// What the checks found. `lost`, `double` and drift are counted from it.
    pub fn take(&mut self, found: BTreeMap<&'static str, Breaches>) {
        for (invariant, breaches) in found {
            let begins = |word: &str| breaches.said.iter().filter(|text| text.starts_with(word)).count() as u64;
            self.lost += begins("lost");
            self.double += begins("double");
            self.drift += if matches!(invariant, "I1" | "I2") { breaches.count } else { 0 };
            self.breaches.entry(invariant.to_owned()).or_default().extend(breaches.said);
        }
    }

    /// Whether all held.
    pub fn holds(&self) -> bool {
        self.breaches.is_empty()
    }
}

impl Control {
    /// Whether the checks saw it.
    pub fn caught(&self) -> bool {
        !self.caught_by.is_empty()
    }
}

impl Report {
    /// Whether everything held and every control was caught.
    pub fn holds(&self) -> bool {
        let played = !self.rows.is_empty() || !self.controls.is_empty();
        played
            && self.errors.is_empty()
            && self.rows.iter().all(Row::holds)
            && self.controls.iter().all(Control::caught)
    }

    /// As tables for people.
    pub fn print(&self) {
        let sum = |of: fn(&Row) -> u64| self.rows.iter().map(of).sum::<u64>();
        println!("\n| | fault | must hold | figures | operations | kills | s | |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for row in &self.rows {
            let figures: Vec<String> = row.figures.iter().map(|(name, value)| format!("{name} {value}")).collect();
            let verdict = if row.holds() { "holds" } else { "BROKEN" };
            println!(
                "| {} | {} | {} | {} | {} | {} | {} | {verdict} |",
                row.id,
                row.fault,
                row.pass,
                figures.join("; "),
                row.operations,
                row.kills,
                row.seconds
            );
        }
        for row in self.rows.iter().filter(|row| !row.holds()) {
            for (invariant, texts) in &row.breaches {
                texts.iter().take(5).for_each(|text| println!("{} {invariant}: {text}", row.id));
            }
        }
        if !self.controls.is_empty() {
            println!("\n| broken on purpose | played | caught by | what was found |\n| --- | --- | --- | --- |");
        }
        for control in &self.controls {
            let caught = if control.caught() { control.caught_by.join(", ") } else { "NOT CAUGHT".into() };
            println!("| {} | {} | {caught} | {} |", control.sabotage, control.scenario, control.said);
        }
        self.errors.iter().for_each(|error| println!("\nnot played to its end: {error}"));
        let operations = sum(|row| row.operations);
        println!(
            "\nseed {}: {operations} operations, {} kills, {} duplicates; lost {}, double {}, drift {}; controls caught {} of {}",
            self.seed,
            sum(|row| row.kills),
            sum(|row| row.duplicates),
            sum(|row| row.lost),
            sum(|row| row.double),
            sum(|row| row.drift),
            self.controls.iter().filter(|control| control.caught()).count(),
            self.controls.len()
        );
        if let Some(bound) = bound(operations) {
            println!("nothing found in {operations} operations: at 95 % at most 3/n = {bound} of a million are hit");
        }
    }
}

/// 3/n, in millionths, rounded up.
fn bound(operations: u64) -> Option<u64> {
    (operations > 0).then(|| 3_000_000_u64.div_ceil(operations))
}

/// The 99th of a hundred; nothing of nothing.
pub fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort();
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(at).copied().unwrap_or_default()
}

/// The middle one.
pub fn median(mut times: Vec<i64>) -> i64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_three_over_n() {
        assert_eq!(bound(20_000), Some(150));
        assert_eq!(bound(0), None);
        assert_eq!(p99((1..=100).map(Duration::from_millis).collect()), Duration::from_millis(99));
        assert_eq!(median(vec![3, 1, 2]), 2);
    }

    #[test]
    fn a_run_holds_only_if_something_was_played_and_nothing_broke() {
        let mut report = Report::default();
        assert!(!report.holds());
        report.rows.push(Row::default());
        assert!(report.holds());
        report.rows[0].at_most("x", 2, 1, "ms");
        assert!(!report.holds());
    }
}
