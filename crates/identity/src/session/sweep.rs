//! Once a day: what can no longer be used is deleted: old sessions with their tokens, codes, assertions, tries, windows.

use chrono::Duration;
use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::{table, tries};
use crate::{limits, product_link, verification};

/// Longer than any of them can matter.
const KEPT: Duration = Duration::days(31);
const SHORT_LIVED: Duration = Duration::days(2);

/// The command.
#[derive(Debug, Serialize)]
pub struct Sweep;

impl Verb for Sweep {
    const NAME: &'static str = "Sweep";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let (old, short) = (tx.now() - KEPT, tx.now() - SHORT_LIVED);
        table::sweep(tx, old).await?;
        tries::sweep(tx, short).await?;
        verification::sweep(tx, short).await?;
        limits::sweep(tx, short).await?;
        product_link::assertion::sweep(tx, short).await?;
        Ok(Done::All)
    }
}
