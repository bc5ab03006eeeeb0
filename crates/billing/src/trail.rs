//! What became of a deposit or a payout, step by step (BI-22, BI-27): who, when, what, and what they noted.

use contract::{billing::v1 as pb, timestamp};
use flow::{Instant, Tx};
use serde::{Deserialize, Serialize};

/// The steps, oldest first; none is ever taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trail(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    at: Instant,
    by: String,
    what: String,
    note: String,
}

impl Trail {
    /// One step more, by whoever asked.
    pub fn add(&mut self, tx: &Tx, what: &str, note: &str) {
        self.0.push(Step { at: tx.now(), by: tx.caller().name(), what: what.to_owned(), note: note.to_owned() });
    }

    /// As it is answered.
    pub fn render(self) -> Vec<pb::TrailStep> {
        let step = |s: Step| pb::TrailStep { time: timestamp(s.at), by: s.by, what: s.what, note: s.note };
        self.0.into_iter().map(step).collect()
    }
}
