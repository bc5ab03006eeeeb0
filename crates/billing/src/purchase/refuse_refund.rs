//! The lot could not be closed (`LotCloseRefused`): the purchase is approved as before, and shows why (BI-22).

use contract::{voucher::v1 as voucher, won};
use flow::{Fault, Stop, Tx, Verb};
use serde::Serialize;
use words::Money;

use super::{Purchase, PurchaseId, RefundRefused, State, table};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RefuseRefund {
    purchase: PurchaseId,
    reserved: Money,
    outstanding: Money,
}

impl RefuseRefund {
    /// From the fact.
    pub fn of(fact: voucher::LotCloseRefused) -> Result<Self, Stop> {
        Ok(Self {
            purchase: PurchaseId::parse(&fact.purchase_id).map_err(Fault::bug)?,
            reserved: won(fact.reserved.as_ref()).map_err(Fault::bug)?,
            outstanding: won(fact.outstanding.as_ref()).map_err(Fault::bug)?,
        })
    }
}

impl Purchase {
    /// False if no refund is under way.
    fn refuse_refund(&mut self, reserved: Money, outstanding: Money) -> bool {
        let Some(refund) = self.refund.as_mut().filter(|_| self.state == State::Refunding) else { return false };
        refund.refused = Some(RefundRefused { reserved, outstanding });
        self.state = State::Approved;
        self.version += 1;
        true
    }
}

impl Verb for RefuseRefund {
    const NAME: &'static str = "RefuseRefund";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let mut purchase = table::lock(tx, self.purchase).await?;
        if purchase.refuse_refund(self.reserved, self.outstanding) {
            table::save(tx, &purchase).await?;
        }
        Ok(())
    }
}
