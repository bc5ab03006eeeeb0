//! Takes a staged sheet's rows as recipients of its draft (VO-4): nothing until all are right, or the right ones alone if
//! the caller says so; rows that repeat a phone only if the caller says so. A sheet is taken once.

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use words::Money;

use super::table;
use crate::{
    send::{self, PERMISSION, SendId},
    sheet::{self, Counts, SheetId, Verdict, views::SHEET_NOT_FOUND},
};

/// VO-4.
pub const SHEET_HAS_WRONG_ROWS: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SHEET_HAS_WRONG_ROWS",
    "{wrong} rows are wrong and nothing was taken. Correct them and upload the sheet again, or take the right rows alone.",
    "잘못된 행이 {wrong}건 있어 아무것도 등록하지 않았습니다. 수정해 다시 올리거나 올바른 행만 등록하세요.",
);
/// VO-4.
pub const SHEET_REPEATS_PHONES: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SHEET_REPEATS_PHONES",
    "{repeated} rows repeat a phone of an earlier row. Say whether they are to be taken (take_repeated_rows) or left out \
     (take_right_rows).",
    "앞 행과 번호가 같은 행이 {repeated}건 있습니다. 함께 등록할지(take_repeated_rows) 제외할지(take_right_rows) 선택하세요.",
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

/// Which rows are taken (VO-4).
fn choose(counts: &Counts, right_rows: bool, repeated_rows: bool) -> Result<&'static [Verdict], Refusal> {
    if counts.wrong > 0 && !right_rows {
        return Err(SHEET_HAS_WRONG_ROWS.with("wrong", counts.wrong));
    }
    if counts.repeated > 0 && !repeated_rows && !right_rows {
        return Err(SHEET_REPEATS_PHONES.with("repeated", counts.repeated));
    }
    if counts.right == 0 {
        return Err(SHEET_NOTHING_TO_TAKE);
    }
    Ok(if repeated_rows { &[Verdict::Right, Verdict::Repeated] } else { &[Verdict::Right] })
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
        let verdicts = choose(&sheet.counts, self.right_rows, self.repeated_rows)?;
        if !table::mark_taken(tx, sheet.id).await? {
            return Err(SHEET_TAKEN.into());
        }
        let count = table::take(tx, send.id, sheet.id, verdicts, send.next_number).await?;
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
    use super::*;

    #[test]
    fn nothing_is_taken_until_all_are_right_or_the_caller_says_so() {
        // VO-4
        let counts = Counts { right: 7, repeated: 1, wrong: 7, blank: 1, ..Counts::default() };
        assert_eq!(choose(&counts, false, false).unwrap_err().reason(), "SHEET_HAS_WRONG_ROWS");
        assert_eq!(choose(&counts, false, true).unwrap_err().reason(), "SHEET_HAS_WRONG_ROWS");
        assert_eq!(choose(&counts, true, false).unwrap(), [Verdict::Right]);
        assert_eq!(choose(&counts, true, true).unwrap(), [Verdict::Right, Verdict::Repeated]);
        let repeats = Counts { wrong: 0, ..counts };
        assert_eq!(choose(&repeats, false, false).unwrap_err().reason(), "SHEET_REPEATS_PHONES");
        assert!(choose(&repeats, false, true).is_ok());
        let none = Counts { right: 0, repeated: 0, ..counts };
        assert_eq!(choose(&none, true, false).unwrap_err().reason(), "SHEET_NOTHING_TO_TAKE");
    }
}
