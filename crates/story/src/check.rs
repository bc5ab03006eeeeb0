//! Says what happens and checks it: every figure on a line of its own; the first that is wrong ends the story, with
//! what was expected and what came.

use std::fmt::Display;

use anyhow::bail;
use serde_json::Value;

use crate::client::Answer;

/// Tells the story and counts what was checked.
#[derive(Default)]
pub struct Teller {
    checks: usize,
}

impl Teller {
    /// A step begins.
    pub fn step(&mut self, number: u32, title: &str, rules: &str) {
        println!("\n{number:>2}  {title}\n    [{rules}]");
    }

    /// Said, not checked.
    pub fn note(&mut self, text: impl Display) {
        println!("    · {text}");
    }

    /// Both must be the same.
    pub fn same<T: PartialEq + Display>(&mut self, what: &str, actual: T, expected: T) -> anyhow::Result<()> {
        if actual != expected {
            println!("    ✗ {what}\n        expected  {expected}\n        actual    {actual}");
            bail!("{what}: expected {expected}, but it is {actual}");
        }
        self.passed(what, actual);
        Ok(())
    }

    /// Must be true; `shown` is the figure.
    pub fn holds(&mut self, what: &str, shown: impl Display, holds: bool) -> anyhow::Result<()> {
        if !holds {
            println!("    ✗ {what}\n        not so    {shown}");
            bail!("{what}: not so, it is {shown}");
        }
        self.passed(what, shown);
        Ok(())
    }

    /// Must be refused with this status and reason.
    pub fn refused(&mut self, what: &str, answer: &Answer, status: u16, reason: &str) -> anyhow::Result<()> {
        let expected = format!("{status} {reason}");
        let actual = format!("{} {}", answer.status.as_u16(), answer.reason().unwrap_or("without a reason"));
        if actual != expected || answer.sentence().is_empty() {
            println!(
                "    ✗ {what}\n        expected  refused with {expected}\n        actual    {actual}: {}",
                answer.body
            );
            bail!("{what}: expected to be refused with {expected}, but {} answered {actual}", answer.call);
        }
        self.passed(what, format_args!("{expected} · {}", answer.sentence()));
        Ok(())
    }

    /// Must be refused for exactly this field.
    pub fn field_refused(&mut self, what: &str, answer: &Answer, field: &str) -> anyhow::Result<()> {
        let violations = answer.violations();
        let fields = violations.iter().map(|(field, _)| *field).collect::<Vec<_>>().join(", ");
        let fits = answer.status.is_client_error() && fields == field && !answer.sentence().is_empty();
        if !fits {
            println!(
                "    ✗ {what}\n        expected  refused for the field {field}\n        actual    {} {}",
                answer.status, answer.body
            );
            bail!("{what}: expected a violation of {field}, but {} answered {}", answer.call, answer.status);
        }
        let (reason, why) = (answer.reason().unwrap_or_default(), violations.first().map(|(_, why)| *why));
        self.passed(what, format_args!("{reason}, {field} · {}", why.unwrap_or_default()));
        Ok(())
    }

    /// How much was checked.
    pub fn checks(&self) -> usize {
        self.checks
    }

    fn passed(&mut self, what: &str, shown: impl Display) {
        self.checks += 1;
        println!("    ✓ {what:<58} {shown}");
    }
}

/// A list as one text, to compare and to print.
pub fn joined<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().collect::<Vec<_>>().join(", ")
}

/// The texts at `name` in each of the objects.
pub fn column<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    rows.iter().filter_map(|row| row.get(name).and_then(Value::as_str)).collect()
}
