//! Forgets pictures that no message can need any more (NO-4): the last try of a message is hours after it was asked for.

use chrono::Duration;
use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::table;

/// After it was last offered: the hours of tries, and whatever keeps a carrier or this service away.
pub const KEPT: Duration = Duration::days(30);

/// The command.
#[derive(Debug, Serialize)]
pub struct ForgetPictures;

impl Verb for ForgetPictures {
    const NAME: &'static str = "ForgetPictures";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        table::forget(tx, tx.now() - KEPT).await?;
        Ok(Done::All)
    }
}
