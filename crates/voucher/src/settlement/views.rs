//! A day's settlement as it is shown (VO-17).

use contract::{date, money, voucher::v1 as pb};
use flow::{Fault, Fields, Read, Stop};
use words::Wrong;

use super::{Figures, table};

const NOT_YET: Wrong = Wrong::new("NOT_YET", "This day has not come yet.", "아직 오지 않은 날짜입니다.");

/// `GetSettlement`.
pub async fn get(read: Read, m: pb::GetSettlementRequest) -> Result<pb::Settlement, Stop> {
    let f = Fields::new();
    let today = read.today();
    let asked = contract::day(m.day.as_ref()).and_then(|day| if day > today { Err(NOT_YET) } else { Ok(day) });
    let (day,) = f.all((f.word("day", asked),))?;
    let all = table::settled(read.conn(), day.start(), day.end()).await?;
    let total = Figures::sum(all.iter().map(|settled| settled.figures))
        .ok_or_else(|| Fault::bug(anyhow::anyhow!("a day's settlement does not add up")))?;
    let shown = all.iter().filter(|settled| settled.figures.moved() || !settled.figures.holds());
    let lots = shown.map(|settled| pb::SettledLot {
        lot_id: settled.lot.to_string(),
        company_id: settled.company.to_string(),
        figures: Some(render(&settled.figures)),
        holds: settled.figures.holds(),
    });
    Ok(pb::Settlement {
        day: date(day),
        r#final: day < today,
        total: Some(render(&total)),
        lots: lots.collect(),
        holds: all.iter().all(|settled| settled.figures.holds()),
    })
}

fn render(of: &Figures) -> pb::SettlementFigures {
    pb::SettlementFigures {
        claimed_count: of.claimed.count,
        claimed: money(of.claimed.amount),
        redeemed_count: of.redeemed.count,
        redeemed: money(of.redeemed.amount),
        outstanding: of.outstanding().and_then(money),
    }
}
