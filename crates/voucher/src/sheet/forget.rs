//! Forgets staged sheets (VO-18), which hold names and phones: 30 days after the upload if nobody took their rows, else 90
//! days after they were taken, by when a send has been told of for long. Recipients and gifts stay; what is gone is the file
//! as it was uploaded, and its result sheet.

use chrono::Duration;
use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::table;

const KEPT_UNTAKEN: Duration = Duration::days(30);
const KEPT_TAKEN: Duration = Duration::days(90);
const AT_ONCE: u64 = 20;

/// The command: some sheets, again until none is left.
#[derive(Debug, Clone, Serialize)]
pub struct ForgetSheets;

impl Verb for ForgetSheets {
    const NAME: &'static str = "ForgetSheets";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let old = table::lock_old(tx, tx.now() - KEPT_UNTAKEN, tx.now() - KEPT_TAKEN, AT_ONCE).await?;
        for id in &old {
            table::delete(tx, *id).await?;
        }
        Ok(if old.len() as u64 == AT_ONCE { Done::More } else { Done::All })
    }
}
