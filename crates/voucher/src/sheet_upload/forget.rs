//! Forgets uploads that nobody finished within a day (VO-18).

use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::{KEPT, table};

const AT_ONCE: u64 = 20;

/// The command: some uploads, again until none is left.
#[derive(Debug, Clone, Serialize)]
pub struct ForgetUploads;

impl Verb for ForgetUploads {
    const NAME: &'static str = "ForgetUploads";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let old = table::older_than(tx, tx.now() - KEPT, AT_ONCE).await?;
        for id in &old {
            table::delete(tx, *id).await?;
        }
        Ok(if old.len() as u64 == AT_ONCE { Done::More } else { Done::All })
    }
}
