//! The sheet afterwards (VO-18): each of its rows under its number, masked, with what was wrong, whether it was taken, and what
//! became of its gift. Read and written block by block.

use std::collections::HashMap;

use contract::{google::api::HttpBody, voucher::v1 as pb};
use export::{Cell, Leaving, Sheet, time};
use flow::{Read, Stop};
use futures::stream;
use words::mask;

use super::{MOST_ROWS, Row, Verdict, judge, table, upload::Taken, views};
use crate::{
    recipient::{
        self,
        export::{message, state},
        table::Outcome,
    },
    send::{self, SEND_NOT_FOUND},
};

const SHEET: Sheet = Sheet {
    name: "발송 결과",
    headings: &["행", "이름", "휴대폰", "금액", "등록", "사유", "선물 상태", "메시지", "발송일시", "처리일시"],
    most: MOST_ROWS,
};

/// `ExportSheetResult`.
pub async fn export(read: Read, m: pb::ExportSheetResultRequest) -> Result<HttpBody, Stop> {
    let leaving = Leaving::new("sheet_result", &m.reason)?;
    let sheet = views::find(&read, &m.sheet_id).await?;
    let send = send::table::find(read.conn(), sheet.send, read.caller().company()?).await?.ok_or(SEND_NOT_FOUND)?;
    let cancelled = send.state == send::State::Cancelled;
    let pages = stream::try_unfold(0, |after| {
        let read = read.clone();
        async move {
            let Some(block) = table::block_after(read.conn(), sheet.id, after).await? else { return Ok(None) };
            let numbers = |row: Option<&Row>| row.and_then(|row| i64::try_from(row.number).ok()).unwrap_or(i64::MAX);
            let (first, last) = (numbers(block.rows.first()), numbers(block.rows.last()));
            let taken = recipient::table::of_rows(read.conn(), sheet.id, first, last).await?;
            let taken: HashMap<u64, Outcome> = taken
                .into_iter()
                .filter_map(|outcome| Some((u64::try_from(outcome.sheet_row?).ok()?, outcome)))
                .collect();
            let cells = |row: &Row| cells(row, sheet.taken.as_ref(), taken.get(&row.number), cancelled);
            Ok(Some((block.rows.iter().map(cells).collect(), last)))
        }
    });
    SHEET.give(&read, leaving.about(sheet.send).of(read.caller().company()?), pages).await
}

fn cells(row: &Row, taken: Option<&Taken>, outcome: Option<&Outcome>, cancelled: bool) -> Vec<Cell> {
    let gift = outcome.and_then(|outcome| outcome.gift.as_ref());
    vec![
        Cell::Number(i64::try_from(row.number).unwrap_or(i64::MAX)),
        Cell::Text(mask::name(&row.cells[0])),
        Cell::Text(mask::phone(row.phone())),
        row.amount().map_or(Cell::Empty, Cell::Won),
        fate(row, taken, outcome.is_some()).into(),
        Cell::Text(reasons(row)),
        outcome.map_or("", |_| state(gift.map(|gift| gift.state), cancelled)).into(),
        gift.map_or("", |gift| message(gift.message)).into(),
        time(gift.map(|gift| gift.issued_at)),
        time(gift.and_then(|gift| gift.ended_at)),
    ]
}

/// Whether a row became a recipient, and if not, why.
fn fate(row: &Row, taken: Option<&Taken>, is_recipient: bool) -> &'static str {
    match (row.verdict, taken) {
        _ if is_recipient => "등록",
        (Verdict::Wrong, _) => "오류",
        (Verdict::Dropped, _) => "제외",
        (_, Some(taken)) if taken.has(row) => "등록 후 삭제",
        (Verdict::Repeated, Some(_)) => "중복 제외",
        (Verdict::SentBefore, Some(_)) => "기존 발송 제외",
        _ => "등록 전",
    }
}

fn reasons(row: &Row) -> String {
    let problems = judge::problems(&row.cells).into_iter().chain(judge::warning(row.verdict));
    let mut said: Vec<String> =
        problems.map(|problem| format!("{}: {}", problem.column.heading(), problem.wrong.ko)).collect();
    if let Some(earlier) = row.earlier {
        said.push(format!("기존 발송 {} ({})", earlier.send, earlier.day));
    }
    said.join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_one_fate() {
        // VO-18
        let taken = |repeated, sent_before| Taken { at: flow::Instant::UNIX_EPOCH, repeated, sent_before };
        let mut row = judge::alone(2, ["홍길동", "01000001001", "1000"]);
        assert_eq!([fate(&row, None, false), fate(&row, Some(&taken(false, false)), true)], ["등록 전", "등록"]);
        assert_eq!(fate(&row, Some(&taken(false, false)), false), "등록 후 삭제");
        row.verdict = Verdict::Repeated;
        assert_eq!(fate(&row, Some(&taken(false, true)), false), "중복 제외");
        row.verdict = Verdict::SentBefore;
        assert_eq!(fate(&row, Some(&taken(true, false)), false), "기존 발송 제외");
        row.verdict = Verdict::Wrong;
        assert_eq!(fate(&row, Some(&taken(true, true)), false), "오류");
        row.verdict = Verdict::Dropped;
        assert_eq!(fate(&row, None, false), "제외");
    }
}
