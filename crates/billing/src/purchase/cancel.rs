//! The customer cancels a pending purchase (BI-22): its limits are given back, and a deposit that arrived goes to the desk
//! for return in full.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{Purchase, PurchaseId, State, table};
use crate::{allowance, deposit};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CancelPurchase {
    purchase: PurchaseId,
}

impl Purchase {
    fn cancel(&mut self) -> Result<pb::PurchaseClosed, Refusal> {
        self.pending()?;
        Ok(self.close(State::Cancelled, pb::PurchaseEnd::Cancelled))
    }
}

impl Verb for CancelPurchase {
    const NAME: &'static str = "CancelPurchase";
    type Answer = Purchase;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("voucher.purchase")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Purchase, Stop> {
        let mut purchase = table::lock(tx, self.purchase).await?;
        let closed = purchase.cancel()?;
        deposit::resolve::return_all(tx, purchase.id.uuid()).await?;
        let p = &purchase;
        allowance::table::give_back(tx, p.company, p.month, p.face, p.discounted).await?;
        table::save(tx, &purchase).await?;
        tx.announce(purchase.id, purchase.version, closed);
        Ok(purchase)
    }
}

/// Reads the request.
pub fn parse(m: pb::CancelPurchaseRequest) -> Result<CancelPurchase, Refusal> {
    let f = Fields::new();
    let (purchase,) = f.all((f.parse("purchase_id", &m.purchase_id),))?;
    Ok(CancelPurchase { purchase })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    // BI-22
    #[test]
    fn only_a_pending_purchase_is_cancelled() {
        let mut purchase = sample::purchase();
        assert_eq!(purchase.cancel().unwrap().end(), pb::PurchaseEnd::Cancelled);
        assert_eq!(purchase.cancel().unwrap_err().reason(), "PURCHASE_NOT_PENDING");
    }
}
