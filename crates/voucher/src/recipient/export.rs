//! The recipients of one send as an Excel sheet (VO-13): masked, each with what became of the gift.

use contract::{google::api::HttpBody, voucher::v1 as pb};
use export::{Cell, Leaving, Sheet, time};
use flow::{Fields, Read, Stop};
use futures::stream;
use words::{Wrong, mask};

use super::table::{self, Outcome};
use crate::{
    gift::{MessageState, State},
    send::{self, SEND_NOT_FOUND, SendId},
};

const SHEET: Sheet = Sheet {
    name: "받는 고객",
    headings: &["번호", "이름", "휴대폰", "금액", "상태", "메시지", "발송일시", "처리일시"],
    most: 100_000,
};
/// Rows held at a time.
const PAGE: u64 = 2_000;
const NOT_A_RANGE: Wrong =
    Wrong::new("NOT_A_RANGE", "The last number is before the first.", "끝 번호가 시작 번호보다 작습니다.");

/// `ExportRecipients`.
pub async fn export(read: Read, m: pb::ExportRecipientsRequest) -> Result<HttpBody, Stop> {
    let leaving = Leaving::new("recipients", &m.reason)?;
    let f = Fields::new();
    let last = if m.to_number == 0 { i64::MAX } else { m.to_number };
    let (id, ()) = f.all((
        f.parse::<SendId>("send_id", &m.send_id),
        f.must(0 <= m.from_number && m.from_number <= last, "to_number", NOT_A_RANGE),
    ))?;
    let company = read.caller().company()?;
    let send = send::table::find(read.conn(), id, company).await?.ok_or(SEND_NOT_FOUND)?;
    let cancelled = send.state == send::State::Cancelled;
    let pages = stream::try_unfold(m.from_number, |first| {
        let read = read.clone();
        async move {
            let page = table::outcomes(read.conn(), id, first, last, PAGE).await?;
            let Some(end) = page.last().map(|outcome| outcome.recipient.number) else { return Ok(None) };
            Ok(Some((page.iter().map(|outcome| row(outcome, cancelled)).collect(), end.saturating_add(1))))
        }
    });
    SHEET.give(&read, leaving.about(id).of(company), pages).await
}

fn row(of: &Outcome, cancelled: bool) -> Vec<Cell> {
    vec![
        Cell::Number(of.recipient.number),
        Cell::Text(mask::name(&of.recipient.name)),
        Cell::Text(mask::phone(&of.recipient.phone)),
        Cell::Won(of.recipient.amount),
        state(of.gift.as_ref().map(|gift| gift.state), cancelled).into(),
        of.gift.as_ref().map_or("-", |gift| message(gift.message)).into(),
        time(of.gift.as_ref().map(|gift| gift.issued_at)),
        time(of.gift.as_ref().and_then(|gift| gift.ended_at)),
    ]
}

/// VO-13: before dispatch all count as unclaimed, on cancel as recalled.
pub fn state(gift: Option<State>, cancelled: bool) -> &'static str {
    match gift {
        None if cancelled => "회수",
        None | Some(State::Unclaimed) => "미수령",
        Some(State::Claimed) => "수령",
        Some(State::Recalled) => "회수",
        Some(State::Declined) => "고객거절",
        Some(State::Expired) => "기한만료",
    }
}

/// How far a message got.
pub fn message(state: MessageState) -> &'static str {
    match state {
        MessageState::Requested => "요청",
        MessageState::HandedOver => "전달",
        MessageState::Delivered => "도착",
        MessageState::Failed => "실패",
    }
}
