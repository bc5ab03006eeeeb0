//! What a staged sheet comes to: rows by verdict, their sums, and how long their messages will be (VO-4, VO-18). Pure.

use serde::{Deserialize, Serialize};
use words::Money;

use super::{Row, Verdict};

/// The counts of a sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Right rows.
    pub right: i64,
    /// Repeated rows.
    pub repeated: i64,
    /// Rows whose phone is in an earlier send.
    pub sent_before: i64,
    /// Wrong rows.
    pub wrong: i64,
    /// Rows left out.
    pub dropped: i64,
    /// Sum of the right rows.
    pub right_total: i64,
    /// Sum of the repeated rows.
    pub repeated_total: i64,
    /// Sum of the rows whose phone is in an earlier send.
    pub sent_before_total: i64,
    /// Right rows by the length of their amount in a message: an amount of each of [`AMOUNTS`].
    pub lengths: [i64; 3],
}

/// An amount of each length that a gift's can have (VO-5).
pub const AMOUNTS: [Money; 3] = [Money::from_won(1_000), Money::from_won(10_000), Money::from_won(100_000)];

impl Counts {
    /// Of these rows; each is worth at most what a gift can be (VO-5), so the sums hold.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut counts = Self::default();
        for row in rows {
            counts.add(row, 1);
        }
        counts
    }

    /// One row more, or one less (`sign`).
    pub fn add(&mut self, row: &Row, sign: i64) {
        let won = row.price().unwrap_or(Money::ZERO);
        let (count, total) = match row.verdict {
            Verdict::Right => {
                let length = AMOUNTS.iter().rposition(|least| won >= *least).unwrap_or_default();
                self.lengths[length] += sign;
                (&mut self.right, Some(&mut self.right_total))
            }
            Verdict::Repeated => (&mut self.repeated, Some(&mut self.repeated_total)),
            Verdict::SentBefore => (&mut self.sent_before, Some(&mut self.sent_before_total)),
            Verdict::Wrong => (&mut self.wrong, None),
            Verdict::Dropped => (&mut self.dropped, None),
            Verdict::Blank => return,
        };
        *count += sign;
        if let Some(total) = total {
            *total += sign * won.won();
        }
    }

    /// Rows that are neither right nor left out.
    pub fn flawed(&self) -> i64 {
        self.repeated + self.sent_before + self.wrong
    }
}
