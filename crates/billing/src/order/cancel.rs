//! The customer cancels an order while it awaits payment (BI-10).

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;

use super::{Order, OrderId, State, table};

/// BI-10.
pub const ORDER_NOT_CANCELLABLE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "ORDER_NOT_CANCELLABLE",
    "This order is {state}; only one that awaits payment can be cancelled.",
    "이 주문은 {state} 상태입니다. 결제 대기 중인 주문만 취소할 수 있습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CancelOrder {
    order: OrderId,
}

impl Order {
    fn cancel(&mut self) -> Result<pb::OrderClosed, Refusal> {
        if self.state != State::AwaitingPayment {
            return Err(ORDER_NOT_CANCELLABLE.with("state", self.state.word()));
        }
        Ok(self.close(State::Cancelled))
    }

    /// Ends it unpaid.
    pub(super) fn close(&mut self, state: State) -> pb::OrderClosed {
        self.state = state;
        self.version += 1;
        pb::OrderClosed {
            order_id: self.id.to_string(),
            version: self.version,
            company_id: self.company.to_string(),
            expired: state == State::Expired,
        }
    }
}

impl Verb for CancelOrder {
    const NAME: &'static str = "CancelOrder";
    type Answer = Order;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("order.place")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Order, Stop> {
        let mut order = table::lock(tx, self.order).await?;
        let closed = order.cancel()?;
        table::save(tx, &order).await?;
        tx.announce(order.id, order.version, closed);
        Ok(order)
    }
}

/// Reads the request.
pub fn parse(m: pb::CancelOrderRequest) -> Result<CancelOrder, Refusal> {
    let f = Fields::new();
    let (order,) = f.all((f.parse("order_id", &m.order_id),))?;
    Ok(CancelOrder { order })
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    // BI-10
    #[test]
    fn only_an_unpaid_order_is_cancelled() {
        let mut order = sample::order();
        assert!(!order.cancel().unwrap().expired);
        let no = order.cancel().unwrap_err();
        assert_eq!((no.reason(), no.detail("state")), ("ORDER_NOT_CANCELLABLE", Some("cancelled")));
    }
}
