//! Membership has applied an order (`OrderApplied`): the order is fulfilled, once (ME-2), and billing knows what the site
//! holds now.

use contract::{billing::v1 as pb, membership::v1 as membership_pb};
use flow::{Fault, Instant, Stop, Tx, Verb};
use serde::Serialize;

use super::{Order, OrderId, OrderKind, State, table};
use crate::membership::{self, Membership};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct FulfilOrder {
    order: OrderId,
    membership: Membership,
}

impl FulfilOrder {
    /// From the fact.
    pub fn of(fact: membership_pb::OrderApplied) -> Result<Self, Stop> {
        let order = OrderId::parse(&fact.order_id).map_err(Fault::bug)?;
        Ok(Self { order, membership: membership::know::read(fact.membership)? })
    }
}

impl Order {
    /// Nothing if it is fulfilled already.
    fn fulfil(&mut self, now: Instant) -> Result<Option<pb::OrderFulfilled>, Fault> {
        match self.state {
            State::Paid => {}
            State::Fulfilled | State::Refunded | State::PartlyRefunded => return Ok(None),
            state => return Err(Fault::bug(anyhow::anyhow!("{} was applied while {}", self.id, state.word()))),
        }
        self.state = State::Fulfilled;
        self.fulfilled_at = Some(now);
        self.version += 1;
        Ok(Some(pb::OrderFulfilled {
            order_id: self.id.to_string(),
            version: self.version,
            company_id: self.company.to_string(),
        }))
    }
}

impl Verb for FulfilOrder {
    const NAME: &'static str = "FulfilOrder";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        membership::table::put(tx, &self.membership).await?;
        let mut order = table::lock(tx, self.order).await?;
        if let Some(fulfilled) = order.fulfil(tx.now())? {
            table::save(tx, &order).await?;
            tx.announce(order.id, order.version, fulfilled);
            if order.selection.kind == OrderKind::Conversion {
                table::free_again(tx, order.site).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    // ME-2, BI-10
    #[test]
    fn a_paid_order_is_fulfilled_once() {
        let mut order = sample::order();
        let now = order.placed_at;
        assert!(order.fulfil(now).is_err(), "not before it is paid");
        order.state = State::Paid;
        assert_eq!(order.fulfil(now).unwrap().unwrap().version, 2);
        assert!(order.fulfil(now).unwrap().is_none());
        assert_eq!(order.version, 2);
    }
}
