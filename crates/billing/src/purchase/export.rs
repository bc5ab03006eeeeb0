//! The purchase history as an Excel sheet (BI-30): what the list shows, of the same filter, names and numbers masked.

use contract::{billing::v1 as pb, day, google::api::HttpBody, won};
use export::{Cell, Leaving, Sheet, time, whole};
use flow::{Read, Stop};
use words::Day;

use super::{State, table, views};

const SHEET: Sheet = Sheet {
    name: "구매내역",
    headings: &[
        "번호",
        "상태",
        "구매일시",
        "입금자명",
        "입금계좌",
        "결제금액",
        "할인율(%)",
        "상품권 금액",
        "잔액",
        "유효기간",
    ],
    most: 10_000,
};

/// ExportPurchases.
pub async fn export(read: Read, m: pb::ExportPurchasesRequest) -> Result<HttpBody, Stop> {
    let leaving = Leaving::new("purchases", &m.reason)?;
    let asked = pb::ListPurchasesRequest {
        from_day: m.from_day,
        to_day: m.to_day,
        state: m.state,
        company_id: m.company_id.clone(),
        period: m.period,
        ..Default::default()
    };
    let filter = views::filter(&read, &asked)?;
    let found = table::newest(read.conn(), &filter, SHEET.most + 1).await?;
    let rows = views::rows(&read, &found).await?;
    let cells = found.iter().zip(rows).map(|(p, row)| {
        let amount = |amount: &Option<_>| won(amount.as_ref()).map_or_else(|_| none(), Cell::Won);
        let (percent, part) = (p.rate_basis_points / 100, p.rate_basis_points % 100);
        vec![
            Cell::Number(row.number),
            Cell::Text(word(p.state).into()),
            time(Some(p.applied_at)),
            Cell::Text(row.depositor_masked.clone()),
            Cell::Text(row.account_masked.clone()),
            amount(&row.payable),
            Cell::Text(if part == 0 { percent.to_string() } else { format!("{percent}.{part:02}") }),
            amount(&row.face_value),
            amount(&row.balance),
            day(row.valid_through.as_ref()).map_or_else(|_| none(), |d: Day| Cell::Text(d.to_string())),
        ]
    });
    SHEET.give(&read, leaving.of(filter.company), whole(cells.collect())).await
}

/// `-` until approved.
fn none() -> Cell {
    Cell::Text("-".into())
}

fn word(state: State) -> &'static str {
    match state {
        State::Pending => "대기",
        State::Approved => "승인",
        State::Cancelled => "취소",
        State::Refunded => "환불",
        State::Expired => "기한만료",
        State::Refunding => "환불중",
    }
}
