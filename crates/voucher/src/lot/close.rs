//! Closes a lot because its purchase is to be refunded (VO-16, BI-22): only if nothing of it is reserved or outstanding;
//! takes the balance out and tells billing how much. A closed lot never comes back, and closing it again answers the same.

use contract::{money, voucher::v1 as pb};
use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::Money;

use super::{Lot, State, expire::expire, table};
use crate::ledger::{self, Movement};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CloseLot {
    /// By billing's id.
    pub purchase: String,
}

/// What closing a lot comes to.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// Take this much out.
    Close(Money),
    /// It was closed before, with this much.
    Closed(Money),
    /// Value is still on its way.
    Refuse,
}

impl Lot {
    /// VO-16. What was claimed or has expired does not hinder.
    fn close(&self) -> Decision {
        let waiting = self.buckets.reserved.is_positive() || self.buckets.outstanding.is_positive();
        match self.state {
            State::Closed => Decision::Closed(self.buckets.refunded),
            State::Parked => Decision::Refuse,
            _ if waiting => Decision::Refuse,
            State::Open | State::Expired => Decision::Close(self.buckets.available),
        }
    }
}

impl Verb for CloseLot {
    const NAME: &'static str = "CloseLot";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let Some(mut lot) = table::lock_of_purchase(tx, &self.purchase).await? else {
            // Facts of one purchase come in order, so its approval was seen; without it there is nothing to give back.
            return Err(super::LOT_NOT_FOUND.into());
        };
        if lot.has_run_out(tx.today()) {
            // VO-15: it has expired, whether the day's job came by yet or not; what expired is not refunded.
            expire(tx, &lot).await?;
            lot = table::lock(tx, lot.id, None).await?;
        }
        match lot.close() {
            Decision::Refuse => refused(tx, &lot),
            Decision::Closed(taken) => closed(tx, &lot, taken),
            Decision::Close(available) => {
                if available.is_positive()
                    && !ledger::table::post(tx, lot.id, Movement::Close, available, lot.id.uuid()).await?
                {
                    return Err(crate::sql::unknown("balance of a locked lot"));
                }
                table::set_state(tx, lot.id, State::Closed).await?;
                closed(tx, &lot, available);
            }
        }
        Ok(())
    }
}

fn closed(tx: &mut Tx, lot: &Lot, available: Money) {
    let fact = pb::LotClosed {
        lot_id: lot.id.to_string(),
        purchase_id: lot.purchase.clone(),
        company_id: lot.company.to_string(),
        available: money(available),
    };
    tx.announce(lot.id, lot.version + 1, fact);
}

fn refused(tx: &mut Tx, lot: &Lot) {
    let fact = pb::LotCloseRefused {
        lot_id: lot.id.to_string(),
        purchase_id: lot.purchase.clone(),
        company_id: lot.company.to_string(),
        reserved: money(lot.buckets.reserved),
        outstanding: money(lot.buckets.outstanding),
    };
    tx.announce(lot.id, lot.version, fact);
}

#[cfg(test)]
mod tests {
    use words::Day;

    use super::*;
    use crate::ledger::Buckets;

    fn lot(available: i64, reserved: i64, outstanding: i64, claimed: i64) -> Lot {
        let won = Money::from_won;
        let day = Day::parse("2026-11-23").unwrap();
        Lot {
            id: uuid::Uuid::nil().into(),
            company: uuid::Uuid::nil().into(),
            purchase: "pur_x".into(),
            face: won(available + reserved + outstanding + claimed),
            buckets: Buckets {
                available: won(available),
                reserved: won(reserved),
                outstanding: won(outstanding),
                claimed: won(claimed),
                ..Buckets::default()
            },
            funded_on: day,
            valid_through: day,
            state: State::Open,
            version: 1,
            created_at: day.start(),
        }
    }

    #[test]
    fn only_value_on_its_way_hinders() {
        // VO-16, BI-22
        assert_eq!(lot(100, 0, 0, 900).close(), Decision::Close(Money::from_won(100)));
        assert_eq!(lot(0, 0, 0, 900).close(), Decision::Close(Money::ZERO));
        assert_eq!(lot(100, 1, 0, 0).close(), Decision::Refuse);
        assert_eq!(lot(100, 0, 1, 0).close(), Decision::Refuse);
        assert_eq!(Lot { state: State::Parked, ..lot(100, 0, 0, 0) }.close(), Decision::Refuse);
    }
}
