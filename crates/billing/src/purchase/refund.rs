//! The customer asks for the money of an approved purchase back (BI-22): voucher is asked to close the lot; its answer ends
//! the saga (`finish_refund.rs`) or makes the purchase approved again (`refuse_refund.rs`). Until then it is being refunded.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;

use super::{Purchase, PurchaseId, Refund, State, table};
use crate::registered_account;

/// BI-22.
pub const PURCHASE_NOT_REFUNDABLE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PURCHASE_NOT_REFUNDABLE",
    "This purchase is {state}; only an approved one can be refunded. A pending one can be cancelled.",
    "이 구매는 {state} 상태입니다. 승인된 구매만 환불할 수 있습니다. 대기 중이면 취소하세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RefundPurchase {
    purchase: PurchaseId,
}

impl Purchase {
    fn ask_refund(&mut self, now: Instant) -> Result<pb::PurchaseRefundRequested, Refusal> {
        if self.state != State::Approved {
            return Err(PURCHASE_NOT_REFUNDABLE.with("state", self.state.word()));
        }
        self.state = State::Refunding;
        self.refund = Some(Refund { requested_at: now, done: None, refused: None });
        self.version += 1;
        Ok(pb::PurchaseRefundRequested {
            purchase_id: self.id.to_string(),
            version: self.version,
            company_id: self.company.to_string(),
        })
    }
}

impl Verb for RefundPurchase {
    const NAME: &'static str = "RefundPurchase";
    type Answer = Purchase;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("voucher.purchase")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Purchase, Stop> {
        let mut purchase = table::lock(tx, self.purchase).await?;
        let asked = purchase.ask_refund(tx.now())?;
        // The money has somewhere to go before the lot is closed.
        registered_account::active(tx, purchase.company, None).await?;
        table::save(tx, &purchase).await?;
        tx.announce(purchase.id, purchase.version, asked);
        Ok(purchase)
    }
}

/// Reads the request.
pub fn parse(m: pb::RefundPurchaseRequest) -> Result<RefundPurchase, Refusal> {
    let f = Fields::new();
    let (purchase,) = f.all((f.parse("purchase_id", &m.purchase_id),))?;
    Ok(RefundPurchase { purchase })
}
