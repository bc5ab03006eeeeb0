//! Writes down what the calendar did: memberships whose first day came start, those whose last day is over expire and
//! are told as ended (ME-1, BI-13). Looked at each hour, so that a job missed at midnight is made up for soon; run twice
//! or late it does the same, because each membership is asked itself.

use flow::{Done, Slot, Stop, Tx, Verb};
use serde::Serialize;

use crate::membership::{expire::ExpireMembership, start::StartMembership, table};

/// At most so many in one transaction.
const PIECE: u64 = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct TurnMemberships;

/// See the module.
pub fn every(_: Slot) -> TurnMemberships {
    TurnMemberships
}

impl Verb for TurnMemberships {
    const NAME: &'static str = "TurnMemberships";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let (starting, ending) = table::due(tx, tx.today(), PIECE).await?;
        let full = |sites: &[_]| sites.len() as u64 == PIECE;
        let more = full(&starting) || full(&ending);
        for site in ending {
            tx.perform(&ExpireMembership { site }).await?;
        }
        for site in starting {
            tx.perform(&StartMembership { site }).await?;
        }
        Ok(if more { Done::More } else { Done::All })
    }
}
