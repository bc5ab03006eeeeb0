//! Proposes how a total that no single lot can pay is split into sends (VO-3): 500,000 over lots of 300,000 and 200,000
//! are two. The lots that end first are used up first. With recipients, the parts are runs of them in order.

use contract::{money, voucher::v1 as pb};
use flow::{Fields, Read, Stop};
use sea_orm::ConnectionTrait;
use words::{Money, Wrong};

use super::{SEND_NOT_FOUND, Send, SendId, table};
use crate::{
    lot::{self, Lot, LotId},
    recipient,
};

/// One send of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The lot that would pay.
    pub lot: LotId,
    /// Its balance.
    pub available: Money,
    /// What would be sent from it.
    pub amount: Money,
    /// The first and last recipient, by number; zeros for a bare total.
    pub numbers: (i64, i64),
}

/// A total over lots, in their order. What is missing is what the parts do not sum to.
pub fn split(total: Money, lots: &[Lot]) -> Vec<Part> {
    let mut left = total;
    let mut parts = Vec::new();
    for lot in lots {
        let amount = left.min(lot.buckets.available);
        if amount.is_positive() {
            parts.push(Part { lot: lot.id, available: lot.buckets.available, amount, numbers: (0, 0) });
            left = left.checked_sub(amount).unwrap_or(Money::ZERO);
        }
    }
    parts
}

/// Recipients (number, amount) over lots: each lot takes the next ones while they fit.
pub fn split_recipients(recipients: &[(i64, Money)], lots: &[Lot]) -> Vec<Part> {
    let mut rest = recipients.iter().peekable();
    let mut parts = Vec::new();
    for lot in lots {
        let mut part = Part { lot: lot.id, available: lot.buckets.available, amount: Money::ZERO, numbers: (0, 0) };
        while let Some((number, amount)) = rest.peek() {
            match part.amount.checked_add(*amount) {
                Some(sum) if sum <= lot.buckets.available => {
                    part.amount = sum;
                    part.numbers = (if part.numbers.0 == 0 { *number } else { part.numbers.0 }, *number);
                    rest.next();
                }
                _ => break,
            }
        }
        if part.amount.is_positive() {
            parts.push(part);
        }
    }
    parts
}

/// A split, and what no lot can pay for.
#[derive(Debug)]
pub struct Split {
    /// One send each.
    pub parts: Vec<Part>,
    /// Zero if all of it can be paid.
    pub missing: Money,
}

impl Split {
    fn new(total: Money, parts: Vec<Part>) -> Self {
        let placed = Money::total(parts.iter().map(|part| part.amount)).unwrap_or(Money::ZERO);
        Self { parts, missing: total.checked_sub(placed).unwrap_or(Money::ZERO) }
    }
}

/// How this send could be split, its recipients kept whole.
pub async fn of(conn: &impl ConnectionTrait, send: &Send, lots: &[Lot]) -> Result<Split, Stop> {
    let recipients = recipient::table::amounts(conn, send.id).await?;
    Ok(Split::new(send.total, split_recipients(&recipients, lots)))
}

/// `ProposeSplit`.
pub async fn propose(read: Read, m: pb::ProposeSplitRequest) -> Result<pb::ProposeSplitReply, Stop> {
    const ONE_OF: Wrong = Wrong::new(
        "SEND_OR_TOTAL",
        "Give a send, or a total of more than 0 won.",
        "발송 건이나 0원보다 큰 금액을 입력하세요.",
    );
    let company = read.caller().company()?;
    let f = Fields::new();
    let given = f.must(!m.send_id.is_empty() || m.total_won > 0, "total_won", ONE_OF);
    let ((), send) = f.all((given, f.optional::<SendId>("send_id", &m.send_id)))?;
    let lots = lot::table::usable(read.conn(), company, read.today()).await?;
    let Split { parts, missing } = match send {
        None => Split::new(Money::from_won(m.total_won), split(Money::from_won(m.total_won), &lots)),
        Some(id) => {
            let send = table::find(read.conn(), id, company).await?.ok_or(SEND_NOT_FOUND)?;
            of(read.conn(), &send, &lots).await?
        }
    };
    let parts = parts.into_iter().map(|part| pb::SplitPart {
        lot_id: part.lot.to_string(),
        available: money(part.available),
        amount: money(part.amount),
        first_recipient_number: part.numbers.0,
        last_recipient_number: part.numbers.1,
    });
    Ok(pb::ProposeSplitReply { parts: parts.collect(), missing: money(missing) })
}

#[cfg(test)]
mod tests {
    use words::Day;

    use super::*;
    use crate::{ledger::Buckets, lot::State};

    fn lot(available: i64) -> Lot {
        let day = Day::parse("2026-11-23").unwrap();
        Lot {
            id: uuid::Uuid::now_v7().into(),
            company: uuid::Uuid::nil().into(),
            purchase: "pur_x".into(),
            face: Money::from_won(available),
            buckets: Buckets { available: Money::from_won(available), ..Buckets::default() },
            funded_on: day,
            valid_through: day,
            state: State::Open,
            version: 1,
            created_at: day.start(),
        }
    }

    fn amounts(parts: &[Part]) -> Vec<i64> {
        parts.iter().map(|part| part.amount.won()).collect()
    }

    #[test]
    fn half_a_million_over_two_lots_is_two_sends() {
        // VO-3
        let lots = [lot(300_000), lot(200_000), lot(50_000)];
        assert_eq!(amounts(&split(Money::from_won(500_000), &lots)), [300_000, 200_000]);
        assert_eq!(amounts(&split(Money::from_won(900_000), &lots)), [300_000, 200_000, 50_000]);
    }

    #[test]
    fn recipients_stay_whole_and_in_order() {
        // VO-3
        let recipients: Vec<_> = (1..=5).map(|number| (number, Money::from_won(100_000))).collect();
        let parts = split_recipients(&recipients, &[lot(350_000), lot(200_000)]);
        assert_eq!(amounts(&parts), [300_000, 200_000]);
        assert_eq!((parts[0].numbers, parts[1].numbers), ((1, 3), (4, 5)));
    }
}
