//! An order becomes paid (BI-10): only while it awaits payment, by the exact amount, within its days (BI-11). What else
//! arrives is judged here and stays at the deposit desk (BI-27).

use contract::billing::v1 as pb;
use flow::{Instant, Stop, Tx};
use words::{Day, Money};

use super::{Order, State, table};
use crate::deposit::{Match, judge};

impl Order {
    /// What a transfer of this amount is to this order today.
    pub fn judge(&self, amount: Money, today: Day) -> Match {
        match self.state {
            State::AwaitingPayment if today <= self.pay_by => judge(self.price.total, amount),
            State::AwaitingPayment | State::Cancelled | State::Expired => Match::Late,
            State::Paid | State::Fulfilled | State::Refunded | State::PartlyRefunded => Match::Twice,
        }
    }

    /// What it costs.
    pub fn owed(&self) -> Money {
        self.price.total
    }

    /// Its id.
    pub fn id(&self) -> super::OrderId {
        self.id
    }

    fn pay(&mut self, now: Instant) -> pb::OrderPaid {
        self.state = State::Paid;
        self.paid_at = Some(now);
        self.version += 1;
        pb::OrderPaid { order: Some(self.content()) }
    }
}

/// Pays it with a transfer that was judged exact.
pub async fn pay(tx: &mut Tx, mut order: Order) -> Result<(), Stop> {
    let paid = order.pay(tx.now());
    table::save(tx, &order).await?;
    tx.announce(order.id, order.version, paid);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    // BI-11, BI-27
    #[test]
    fn only_the_exact_amount_in_time_pays() {
        let mut order = sample::order();
        let due = order.pay_by;
        let won = |n| Money::from_won(n);
        assert_eq!(order.judge(won(583_000), due), Match::Exact);
        assert_eq!(order.judge(won(582_999), due), Match::Short);
        assert_eq!(order.judge(won(583_001), due), Match::Over);
        assert_eq!(order.judge(won(583_000), due.next()), Match::Late);
        order.pay(order.placed_at);
        assert_eq!((order.state, order.version), (State::Paid, 2));
        assert_eq!(order.judge(won(583_000), due), Match::Twice);
    }
}
