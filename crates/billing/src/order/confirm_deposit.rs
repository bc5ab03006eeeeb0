//! An operator confirms the transfer that arrived for an order (BI-11): the exact amount pays it; any other amount stays at
//! the deposit desk, and the order as it was (BI-27).

use contract::{billing::v1 as pb, won};
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};

use super::{Order, OrderId, table};
use crate::deposit::{
    Deposit,
    record::{self, RecordDeposit},
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmDeposit {
    order: OrderId,
    deposit: RecordDeposit,
}

/// What became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confirmed {
    /// The order after it.
    pub order: Order,
    /// The deposit at the desk.
    pub deposit: Deposit,
}

impl Verb for ConfirmDeposit {
    const NAME: &'static str = "ConfirmDeposit";
    type Answer = Confirmed;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Confirmed, Stop> {
        table::lock(tx, self.order).await?;
        let deposit = tx.perform(&self.deposit).await?;
        Ok(Confirmed { order: table::lock(tx, self.order).await?, deposit })
    }
}

/// Reads the request.
pub fn parse(m: pb::ConfirmDepositRequest) -> Result<ConfirmDeposit, Refusal> {
    let f = Fields::new();
    let (order, deposit) = f.all((
        f.parse("order_id", &m.order_id),
        record::read(&f, won(m.amount.as_ref()), &m.depositor, &m.order_id, &m.bank_reference),
    ))?;
    Ok(ConfirmDeposit { order, deposit })
}
