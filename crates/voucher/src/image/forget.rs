//! Forgets images that no send carries any more (VO-6): a day after they were last put on one, so that none is taken
//! away under a hand that is just putting it there.

use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::table;

const KEPT: chrono::Duration = chrono::Duration::days(1);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ForgetImages;

impl Verb for ForgetImages {
    const NAME: &'static str = "ForgetImages";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        table::forget(tx, tx.now() - KEPT).await?;
        Ok(Done::All)
    }
}
