//! A cell of a file. What people typed is written as text, never as a formula, and cannot become one where the file is
//! opened as something else: a leading `=`, `+`, `-` or `@` gets an apostrophe, except in a phone like `+82 10…` and in a
//! lone `-` (S54).

use words::{Money, seoul};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// What people typed, or a word of ours.
    Text(String),
    /// A count or a number.
    Number(i64),
    /// An amount in won.
    Won(Money),
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A time as people in Seoul read it; empty if there is none.
pub fn time(at: Option<flow::Instant>) -> Cell {
    Cell::Text(at.map_or_else(String::new, |at| at.with_timezone(&seoul()).format("%Y-%m-%d %H:%M:%S").to_string()))
}

pub(crate) fn harmless(text: &str) -> String {
    let phone = text.strip_prefix('+').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '*'))
            && rest.matches('-').count() <= 4
    });
    if !phone && text != "-" && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_cannot_become_a_formula() {
        // S54
        for typed in
            ["=HYPERLINK(\"http://dure.example\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "+1+1", "+"]
        {
            assert_eq!(harmless(typed), format!("'{typed}"));
        }
        for typed in ["추석 선물", "+82 10-1234-5678", "+821000001234", "두레은행 / 081*****", "a=b", "-", ""] {
            assert_eq!(harmless(typed), typed);
        }
    }
}
