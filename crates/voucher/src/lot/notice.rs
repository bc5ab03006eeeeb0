//! Tells companies of lots that end soon (VO-15): 90, 30 and 7 days before the last day, each once, by day. A missed day is
//! made up for with the nearest notice alone; a lot of which nothing can expire any more is not spoken of.

use contract::ask::{self, Admins};
use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::{Lot, table};
use crate::{gift::remind::by_day, send::PERMISSION};

/// Days before the last one, the nearest first.
const BEFORE: [i64; 3] = [7, 30, 90];
const AT_ONCE: u64 = 200;
const SOON: &str = "lot-ends-soon";
const EXPIRED: &str = "lot-expired";

/// The command: some notices in one transaction, again until none is due.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeLots;

impl Verb for NoticeLots {
    const NAME: &'static str = "NoticeLots";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        if !by_day(tx.now()) {
            return Ok(Done::All);
        }
        for days in BEFORE {
            let due = table::notice(tx, days, AT_ONCE).await?;
            for lot in &due {
                let left = lot.valid_through.days_since(tx.today());
                let variables = [
                    ("lot", lot.id.to_string()),
                    ("days", left.to_string()),
                    ("day", lot.valid_through.to_string()),
                    ("available", lot.buckets.available.to_string()),
                    ("reserved", lot.buckets.reserved.to_string()),
                    ("outstanding", lot.buckets.outstanding.to_string()),
                ];
                tell(tx, lot, SOON, variables);
            }
            if !due.is_empty() {
                return Ok(Done::More);
            }
        }
        Ok(Done::All)
    }
}

/// VO-15: what a lot's last day took with it; `lot` as it was before.
pub(super) fn expired(tx: &mut Tx, lot: &Lot, gifts: i64) {
    let variables = [
        ("lot", lot.id.to_string()),
        ("day", lot.valid_through.to_string()),
        ("available", lot.buckets.available.to_string()),
        ("gifts", gifts.to_string()),
        ("outstanding", lot.buckets.outstanding.to_string()),
    ];
    tell(tx, lot, EXPIRED, variables);
}

fn tell<const N: usize>(tx: &mut Tx, lot: &Lot, template: &str, variables: [(&str, String); N]) {
    let notice = ask::admins(tx.sealer(), tx.id(), lot.company, Admins::Holding(PERMISSION), template, variables);
    tx.announce(lot.id, lot.version, notice);
}
