//! Deletes what no form claimed within a day (ID-10): the row first, so that nothing can be claimed whose bytes are gone.

use chrono::Duration;
use flow::{Done, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};

use super::table;

const UNCLAIMED_FOR: Duration = Duration::days(1);
const AT_A_TIME: u64 = 100;

/// The command.
#[derive(Debug, Serialize)]
pub struct SweepDocuments;

/// Paths whose bytes are to go now.
#[derive(Serialize, Deserialize)]
pub struct Swept(pub Vec<String>);

impl Swept {
    /// Whether there may be more.
    pub fn done(&self) -> Done {
        if self.0.len() as u64 == AT_A_TIME { Done::More } else { Done::All }
    }
}

impl Verb for SweepDocuments {
    const NAME: &'static str = "SweepDocuments";
    type Answer = Swept;

    async fn perform(&self, tx: &mut Tx) -> Result<Swept, Stop> {
        table::take_unclaimed(tx, tx.now() - UNCLAIMED_FOR, AT_A_TIME).await.map(Swept)
    }
}
