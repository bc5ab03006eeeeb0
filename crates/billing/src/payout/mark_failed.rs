//! The bank refused a payout or sent it back (BI-22): it is due again, to the account that is active then.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::text;

use super::{Payout, PayoutId, table};
use crate::{purchase, registered_account};

const LONGEST: usize = 300;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct MarkPayoutFailed {
    payout: PayoutId,
    reason: String,
}

impl Verb for MarkPayoutFailed {
    const NAME: &'static str = "MarkPayoutFailed";
    type Answer = Payout;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Payout, Stop> {
        let mut payout = table::lock(tx, self.payout).await?;
        let came_back = payout.fail();
        payout.trail.add(tx, "failed", &self.reason);
        table::save(tx, &payout).await?;
        if came_back {
            let mut purchase = purchase::table::lock(tx, payout.purchase).await?;
            purchase.note_payout(None);
            purchase::table::save(tx, &purchase).await?;
        }
        let active = registered_account::table::find_active(tx.conn(), payout.company).await?;
        Ok(payout.to(active.as_ref()))
    }
}

/// Reads the request.
pub fn parse(m: pb::MarkPayoutFailedRequest) -> Result<MarkPayoutFailed, Refusal> {
    let f = Fields::new();
    let (payout, reason) =
        f.all((f.parse("payout_id", &m.payout_id), f.word("reason", text::line(&m.reason, LONGEST))))?;
    Ok(MarkPayoutFailed { payout, reason })
}
