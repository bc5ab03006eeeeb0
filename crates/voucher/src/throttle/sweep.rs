//! Forgets what no longer counts: attempts of windows that are over (VO-11), codes nobody can give any more (VO-10).

use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use crate::sql;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct Sweep;

impl Verb for Sweep {
    const NAME: &'static str = "Sweep";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        sql::run(tx.conn(), "DELETE FROM attempts WHERE ends_at <= $1", vec![tx.now().into()]).await?;
        sql::run(tx.conn(), "DELETE FROM phone_proofs WHERE expires_at <= $1", vec![tx.now().into()]).await?;
        Ok(Done::All)
    }
}
