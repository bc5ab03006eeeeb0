//! What expired on a day (VO-15), from the ledger's entries: for the company its own lots, for operators all of them.

use contract::{date, money, voucher::v1 as pb};
use flow::{Fault, Fields, Read, Stop};
use words::{CompanyId, Money, Wrong};

use super::{LotId, table};
use crate::gift::table::Figure;

const NOT_YET: Wrong = Wrong::new("NOT_YET", "This day has not come yet.", "아직 오지 않은 날짜입니다.");

/// A lot that expired.
#[derive(Debug, Clone, Copy)]
pub struct Expired {
    /// Which.
    pub lot: LotId,
    /// Whose.
    pub company: CompanyId,
    /// Balance that was never sent.
    pub balance: Money,
    /// Gifts nobody claimed.
    pub gifts: Figure,
}

/// `GetExpiry`.
pub async fn get(read: Read, m: pb::GetExpiryRequest) -> Result<pb::Expiry, Stop> {
    let f = Fields::new();
    let today = read.today();
    let asked = contract::day(m.day.as_ref()).and_then(|day| if day > today { Err(NOT_YET) } else { Ok(day) });
    let (day,) = f.all((f.word("day", asked),))?;
    let lots = table::expired(read.conn(), read.caller().confined_to()?, day.start(), day.end()).await?;
    let sum = |of: fn(&Expired) -> Money| {
        Money::total(lots.iter().map(of)).ok_or_else(|| Fault::bug(anyhow::anyhow!("a day's expiry does not add up")))
    };
    Ok(pb::Expiry {
        day: date(day),
        balance: money(sum(|lot| lot.balance)?),
        gift_count: lots.iter().map(|lot| lot.gifts.count).sum(),
        gifts: money(sum(|lot| lot.gifts.amount)?),
        lots: lots.iter().map(render).collect(),
    })
}

fn render(of: &Expired) -> pb::ExpiredLot {
    pb::ExpiredLot {
        lot_id: of.lot.to_string(),
        company_id: of.company.to_string(),
        balance: money(of.balance),
        gift_count: of.gifts.count,
        gifts: money(of.gifts.amount),
    }
}
