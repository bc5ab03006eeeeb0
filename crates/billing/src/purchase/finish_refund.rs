//! The lot is closed (`LotClosed`): ⌊paid × available / face value⌋ goes back to the active registered account, and the
//! purchase counts against no limit any more (BI-22, BI-20). Hearing it twice changes nothing.

use contract::{billing::v1 as pb, voucher::v1 as voucher, won};
use flow::{Fault, Instant, Stop, Tx, Verb};
use serde::Serialize;
use words::Money;

use super::{Purchase, PurchaseId, Refund, RefundDone, State, table};
use crate::{allowance, payout, registered_account};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct FinishRefund {
    purchase: PurchaseId,
    available: Money,
}

impl FinishRefund {
    /// From the fact.
    pub fn of(fact: voucher::LotClosed) -> Result<Self, Stop> {
        Ok(Self {
            purchase: PurchaseId::parse(&fact.purchase_id).map_err(Fault::bug)?,
            available: won(fact.available.as_ref()).map_err(Fault::bug)?,
        })
    }
}

impl Purchase {
    /// BI-22: what goes back, once the lot is closed.
    fn money_back(&self) -> Money {
        self.refund.as_ref().and_then(|r| r.done.as_ref()).map_or(Money::ZERO, |done| done.amount)
    }

    /// The money was sent, or came back.
    pub fn note_payout(&mut self, sent: Option<(Instant, String)>) {
        let Some(done) = self.refund.as_mut().and_then(|r| r.done.as_mut()) else { return };
        done.sent_at = sent.as_ref().map(|(at, _)| *at);
        if let Some((_, account)) = sent {
            done.account_shown = account;
        }
        self.version += 1;
    }

    /// ⌊paid × available / face value⌋; nothing if it was refunded already.
    fn refund(
        &mut self,
        available: Money,
        account_shown: String,
        now: Instant,
    ) -> Result<Option<pb::PurchaseClosed>, Fault> {
        if self.state == State::Refunded {
            return Ok(None);
        }
        let closable = matches!(self.state, State::Refunding | State::Approved);
        let fits = !available.is_negative() && available <= self.face;
        let amount = self.owed().portion(available.won(), self.face.won()).filter(|_| closable && fits);
        let amount = amount.ok_or_else(|| {
            Fault::bug(anyhow::anyhow!("{} is {} and cannot give back {available}", self.id, self.state.word()))
        })?;
        let requested_at = self.refund.as_ref().map_or(now, |r| r.requested_at);
        let done = RefundDone { at: now, available, amount, account_shown, sent_at: None };
        self.refund = Some(Refund { requested_at, done: Some(done), refused: None });
        Ok(Some(self.close(State::Refunded, pb::PurchaseEnd::Refunded)))
    }
}

impl Verb for FinishRefund {
    const NAME: &'static str = "FinishRefund";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let mut p = table::lock(tx, self.purchase).await?;
        let account = registered_account::table::active(tx, p.company).await?;
        let shown = account.map(|a| a.shown()).unwrap_or_default();
        if let Some(closed) = p.refund(self.available, shown, tx.now())? {
            allowance::table::give_back(tx, p.company, p.month, p.face, p.discounted).await?;
            table::save(tx, &p).await?;
            payout::owe(tx, p.company, p.id, p.money_back()).await?;
            tx.announce(p.id, p.version, closed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample;
    use super::*;

    fn refunded(available: i64) -> i64 {
        let mut p = sample::purchase();
        let now = p.applied_at;
        p.state = State::Refunding;
        p.refund(Money::from_won(available), String::new(), now).unwrap().unwrap();
        assert!(p.refund(Money::from_won(available), String::new(), now).unwrap().is_none(), "twice changes nothing");
        p.refund.unwrap().done.unwrap().amount.won()
    }

    // BI-22: 19,500,000 was paid for 20,000,000
    #[test]
    fn the_part_that_is_available_goes_back_at_what_was_paid() {
        assert_eq!(refunded(20_000_000), 19_500_000);
        assert_eq!(refunded(3_367_000), 3_282_825);
        assert_eq!(refunded(1), 0);
        assert_eq!(refunded(0), 0);
    }

    #[test]
    fn no_more_than_the_face_value_comes_back() {
        let mut p = sample::purchase();
        p.state = State::Refunding;
        assert!(p.refund(Money::from_won(20_000_001), String::new(), p.applied_at).is_err());
        p.state = State::Pending;
        assert!(p.refund(Money::from_won(1), String::new(), p.applied_at).is_err());
    }

    proptest! {
        // BI-22: never more than was paid, and rounded down
        #[test]
        fn a_refund_is_never_more_than_was_paid(available in 0i64..=20_000_000) {
            let amount = refunded(available);
            prop_assert!(amount <= 19_500_000 && amount * 20_000_000 <= 19_500_000 * available);
            prop_assert!((amount + 1) * 20_000_000 > 19_500_000 * available);
        }
    }
}
