//! Takes a staged sheet's rows as recipients of its draft (VO-4, VO-18): nothing until all are right, or the right ones alone
//! if the caller says so; rows that repeat a phone, or whose phone is in an earlier send, only if the caller says so. A sheet
//! is taken once, and each of its rows at most once.

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use words::Money;

use super::table;
use crate::{
    send::{self, PERMISSION, SendId},
    sheet::{self, SheetId, upload::Sheet, views::SHEET_NOT_FOUND},
};

/// VO-4.
pub const SHEET_HAS_WRONG_ROWS: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SHEET_HAS_WRONG_ROWS",
    "{wrong} rows are wrong and nothing was taken. Correct them one by one or upload the sheet again, or take the right rows alone.",
    "잘못된 행이 {wrong}건 있어 아무것도 등록하지 않았습니다. 행별로 수정하거나 파일을 다시 올리세요. 올바른 행만 등록할 수도 있습니다.",
);
/// VO-4.
pub const SHEET_REPEATS_PHONES: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SHEET_REPEATS_PHONES",
    "{repeated} rows repeat a phone of an earlier row. Say whether they are to be taken (take_repeated_rows) or left out \
     (take_right_rows).",
    "앞 행과 번호가 같은 행이 {repeated}건 있습니다. 함께 등록할지(take_repeated_rows) 제외할지(take_right_rows) 선택하세요.",
);
/// VO-18.
pub const SHEET_SENT_BEFORE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SHEET_SENT_BEFORE",
    "The phones of {rows} rows are in sends of the last {days} days. Say whether they are to be taken \
     (take_rows_sent_before) or left out (take_right_rows).",
    "최근 {days}일 안에 발송한 번호가 {rows}건 있습니다. 함께 등록할지(take_rows_sent_before) 제외할지(take_right_rows) 선택하세요.",
);
/// VO-4.
pub const SHEET_NOTHING_TO_TAKE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SHEET_NOTHING_TO_TAKE",
    "The sheet has no right row. Correct it and upload it again.",
    "등록할 수 있는 행이 없습니다. 수정해 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_TAKEN: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SHEET_TAKEN",
    "This sheet's recipients were taken already. Upload it again to add them once more.",
    "이미 등록한 파일입니다. 다시 추가하려면 새로 올려 주세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct TakeRecipients {
    /// The draft.
    pub send: SendId,
    /// The staged sheet.
    pub sheet: SheetId,
    /// Although others are wrong.
    pub right_rows: bool,
    /// Also those that repeat a phone.
    pub repeated_rows: bool,
    /// Also those whose phone is in an earlier send.
    pub rows_sent_before: bool,
}

/// What was taken, and what the send has now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    /// By this call.
    pub count: i64,
    /// By this call.
    pub total: Money,
    /// Of the send.
    pub recipients: i64,
    /// Of the send.
    pub send_total: Money,
}

/// Whether rows can be taken, those that are right and those asked for (VO-4).
fn allow(sheet: &Sheet, take: &TakeRecipients) -> Result<(), Refusal> {
    let counts = &sheet.counts;
    if counts.wrong > 0 && !take.right_rows {
        return Err(SHEET_HAS_WRONG_ROWS.with("wrong", counts.wrong));
    }
    if counts.repeated > 0 && !take.repeated_rows && !take.right_rows {
        return Err(SHEET_REPEATS_PHONES.with("repeated", counts.repeated));
    }
    if counts.sent_before > 0 && !take.rows_sent_before && !take.right_rows {
        return Err(SHEET_SENT_BEFORE.with("rows", counts.sent_before).with("days", sheet.repeat_days));
    }
    if counts.right == 0 && (counts.sent_before == 0 || !take.rows_sent_before) {
        return Err(SHEET_NOTHING_TO_TAKE);
    }
    Ok(())
}

impl Verb for TakeRecipients {
    const NAME: &'static str = "TakeRecipients";
    type Answer = Taken;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Taken, Stop> {
        let company = tx.caller().company()?;
        let mut send = send::table::lock(tx, self.send, company).await?;
        send.is_draft()?;
        let sheet = sheet::table::find(tx.conn(), self.sheet, company).await?;
        let sheet = sheet.filter(|sheet| sheet.send == send.id).ok_or(SHEET_NOT_FOUND)?;
        if sheet.taken.is_some() {
            return Err(SHEET_TAKEN.into());
        }
        allow(&sheet, self)?;
        let taken =
            sheet::upload::Taken { at: tx.now(), repeated: self.repeated_rows, sent_before: self.rows_sent_before };
        if !sheet::table::mark_taken(tx, sheet.id, taken).await? {
            return Err(SHEET_TAKEN.into());
        }
        let count = table::take(tx, send.id, sheet.id, taken, send.next_number).await?;
        let before = send.total;
        let sum = table::sum(tx.conn(), send.id).await?;
        send.next_number += count;
        send.recipients = sum.count;
        send.total = Money::from_won(sum.total);
        send::table::save(tx, &mut send).await?;
        let total = send.total.checked_sub(before).unwrap_or(Money::ZERO);
        Ok(Taken { count, total, recipients: send.recipients, send_total: send.total })
    }
}

#[cfg(test)]
mod tests {
    use sheet::{Counts, Format};

    use super::*;

    fn answer(counts: Counts, right: bool, repeated: bool, before: bool) -> Result<(), String> {
        let sheet = Sheet {
            id: uuid::Uuid::nil().into(),
            send: uuid::Uuid::nil().into(),
            format: Format::Xlsx,
            letters: ["A", "B", "C"].map(str::to_owned),
            file_name: String::new(),
            repeat_days: 30,
            blank: 1,
            counts,
            taken: None,
            created_at: flow::Instant::UNIX_EPOCH,
        };
        let take = TakeRecipients {
            send: sheet.send,
            sheet: sheet.id,
            right_rows: right,
            repeated_rows: repeated,
            rows_sent_before: before,
        };
        allow(&sheet, &take).map_err(|no| no.reason().to_owned())
    }

    #[test]
    fn nothing_is_taken_until_all_are_right_or_the_caller_says_so() {
        // VO-4, VO-18
        let no = |reason: &str| Err(reason.to_owned());
        let counts = Counts { right: 7, repeated: 1, sent_before: 1, wrong: 7, ..Counts::default() };
        assert_eq!(answer(counts, false, false, false), no("SHEET_HAS_WRONG_ROWS"));
        assert_eq!(answer(counts, false, true, true), no("SHEET_HAS_WRONG_ROWS"));
        assert_eq!(answer(counts, true, false, false), Ok(()));
        let warned = Counts { wrong: 0, ..counts };
        assert_eq!(answer(warned, false, false, true), no("SHEET_REPEATS_PHONES"));
        assert_eq!(answer(warned, false, true, false), no("SHEET_SENT_BEFORE"));
        assert_eq!(answer(warned, false, true, true), Ok(()));
        let before = Counts { right: 0, repeated: 0, ..counts };
        assert_eq!(answer(before, true, false, false), no("SHEET_NOTHING_TO_TAKE"));
        assert_eq!(answer(before, true, false, true), Ok(()));
    }
}
