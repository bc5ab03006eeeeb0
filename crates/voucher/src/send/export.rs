//! The company's sends as an Excel sheet (VO-13): what the list shows, a row a send.

use contract::{google::api::HttpBody, voucher::v1 as pb, won};
use export::{Cell, Leaving, Sheet, time, whole};
use flow::{Read, Stop};
use words::Money;

use super::{Send, SendId, State, table, views};
use crate::gift;

/// Sends whose gifts are counted in one statement.
const AT_ONCE: usize = 1_000;
const SHEET: Sheet = Sheet {
    name: "발송내역",
    headings: &[
        "번호",
        "상태",
        "타입",
        "등록일시",
        "발송일시",
        "제목",
        "신청자",
        "발송 건수",
        "발송 금액",
        "수령 건수",
        "수령 금액",
        "수령 비율",
        "미수령 건수",
        "미수령 금액",
        "미수령 비율",
        "회수 건수",
        "회수 금액",
        "회수 비율",
        "거절 건수",
        "거절 금액",
        "거절 비율",
        "만료 건수",
        "만료 금액",
        "만료 비율",
    ],
    most: 10_000,
};

/// `ExportSends`.
pub async fn export(read: Read, m: pb::ExportSendsRequest) -> Result<HttpBody, Stop> {
    let leaving = Leaving::new("sends", &m.reason)?;
    let company = read.caller().company()?;
    let list = pb::ListSendsRequest {
        from_day: m.from_day,
        to_day: m.to_day,
        r#type: m.r#type,
        state: m.state,
        ..Default::default()
    };
    let sends = table::newest(read.conn(), company, &views::filter(&list)?, None, SHEET.most + 1).await?;
    let mut rows = Vec::with_capacity(sends.len());
    for some in sends.chunks(AT_ONCE) {
        let ids: Vec<SendId> = some.iter().map(|send| send.id).collect();
        let figures = gift::table::figures(read.conn(), &ids).await?;
        for send in some {
            rows.push(row(send, &views::outcome(send, &figures.get(&send.id).cloned().unwrap_or_default())));
        }
    }
    SHEET.give(&read, leaving.of(company), whole(rows)).await
}

fn row(send: &Send, outcome: &pb::SendOutcome) -> Vec<Cell> {
    let sent = outcome.sent.as_ref();
    let mut cells = vec![
        Cell::Text(send.id.to_string()),
        state(send.state).into(),
        if send.scheduled_at.is_some() { "예약발송" } else { "즉시발송" }.into(),
        time(Some(send.created_at)),
        time(send.started_at),
        Cell::Text(send.title.clone()),
        Cell::Text(send.applicant.to_string()),
    ];
    cells.extend(counted(sent));
    for figure in [&outcome.claimed, &outcome.unclaimed, &outcome.recalled, &outcome.declined, &outcome.expired] {
        cells.extend(counted(figure.as_ref()));
        cells.push(Cell::Text(percent(figure.as_ref().map_or(0, |figure| figure.share_basis_points))));
    }
    cells
}

fn counted(figure: Option<&pb::OutcomeFigure>) -> [Cell; 2] {
    let amount = figure.and_then(|figure| won(figure.amount.as_ref()).ok()).unwrap_or(Money::ZERO);
    [Cell::Number(figure.map_or(0, |figure| figure.count)), Cell::Won(amount)]
}

fn percent(basis_points: i32) -> String {
    format!("{}.{:02}%", basis_points / 100, basis_points % 100)
}

fn state(state: State) -> &'static str {
    match state {
        State::Draft => "작성중",
        State::AwaitingApproval => "승인대기",
        State::Scheduled => "대기",
        State::Sending => "발송중",
        State::Completed => "완료",
        State::Cancelled => "취소",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_written_with_two_decimals() {
        // VO-13
        assert_eq!([percent(3_333), percent(10_000), percent(5)], ["33.33%", "100.00%", "0.05%"]);
    }
}
