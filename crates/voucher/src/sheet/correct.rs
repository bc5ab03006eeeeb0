//! Corrects one row of a staged sheet (VO-18), until its rows are taken: the row is judged anew by what judged the upload,
//! and so are the rows with the phone it had and the phone it has; the counts stay exact.

use contract::voucher::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use words::Wrong;

use super::{Row, SheetId, Verdict, child::LONGEST_CELL, earlier, judge, table, upload::Sheet, views::SHEET_NOT_FOUND};
use crate::{
    recipient::take::SHEET_TAKEN,
    send::{self, PERMISSION},
};

/// VO-18.
pub const SHEET_ROW_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "SHEET_ROW_NOT_FOUND",
    "There is nothing in row {row} of this sheet. Rows are numbered as the spreadsheet numbers them; list them first.",
    "이 파일의 {row}행에는 내용이 없습니다. 행 번호는 엑셀의 행 번호와 같습니다. 목록을 확인해 주세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectSheetRow {
    /// The sheet.
    pub sheet: SheetId,
    /// As the spreadsheet numbers it.
    pub number: u64,
    /// Name, phone, amount as typed; `None` stays as it is.
    pub cells: [Option<String>; 3],
}

/// The row and its sheet after a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changed {
    /// The row.
    pub row: Row,
    /// With its new counts.
    pub sheet: Sheet,
}

/// A row's number.
pub fn row_number(f: &Fields, number: i64) -> Option<u64> {
    const NOT_A_ROW: Wrong = Wrong::new("NOT_A_ROW", "Rows are numbered from 1.", "행 번호는 1부터입니다.");
    f.word("row_number", u64::try_from(number).ok().filter(|n| *n > 0).ok_or(NOT_A_ROW))
}

/// The command as it came in; what is too long for any cell is cut, as in an upload.
pub fn parse(m: pb::CorrectSheetRowRequest) -> Result<(Uuid, CorrectSheetRow), Refusal> {
    let f = Fields::new();
    let (request_id, sheet, number) =
        f.all((f.request_id(&m.request_id), f.parse("sheet_id", &m.sheet_id), row_number(&f, m.row_number)))?;
    let cut = |cell: String| cell.trim().chars().filter(|c| *c != '\0').take(LONGEST_CELL).collect();
    let cells = [m.name, m.phone, m.amount].map(|cell| cell.map(cut));
    Ok((request_id, CorrectSheetRow { sheet, number, cells }))
}

impl Verb for CorrectSheetRow {
    const NAME: &'static str = "CorrectSheetRow";
    type Answer = Changed;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Changed, Stop> {
        let corrected = |old: &Row| {
            let cell = |place: usize| self.cells[place].as_deref().unwrap_or(&old.cells[place]);
            let row = judge::alone(old.number, [cell(0), cell(1), cell(2)]);
            // A row emptied by hand is not one that was never filled.
            let verdict = if row.verdict == Verdict::Blank { Verdict::Wrong } else { row.verdict };
            Row { verdict, ..row }
        };
        replace(tx, self.sheet, self.number, corrected).await
    }
}

/// Puts another row in a row's place, and the rows with its old and new phone right. Whoever changes or takes a sheet holds
/// its send.
pub(super) async fn replace(
    tx: &Tx,
    id: SheetId,
    number: u64,
    change: impl FnOnce(&Row) -> Row,
) -> Result<Changed, Stop> {
    let company = tx.caller().company()?;
    let send = table::find(tx.conn(), id, company).await?.ok_or(SHEET_NOT_FOUND)?.send;
    send::table::lock(tx, send, company).await?.is_draft()?;
    let mut sheet = table::find(tx.conn(), id, company).await?.ok_or(SHEET_NOT_FOUND)?;
    if sheet.taken.is_some() {
        return Err(SHEET_TAKEN.into());
    }
    let old = table::row(tx.conn(), id, number).await?.ok_or_else(|| SHEET_ROW_NOT_FOUND.with("row", number))?;
    let mut new = change(&old);
    if new.verdict.counts() {
        let since = earlier::since(tx.today(), sheet.repeat_days);
        let found = table::earlier(tx.conn(), company, since, &[new.phone()]).await?;
        new.earlier = found.into_iter().next().map(|(_, earlier)| earlier);
    }
    let phones: Vec<&str> = [&old, &new].into_iter().filter(|row| row.verdict.counts()).map(Row::phone).collect();
    let mut blocks = table::blocks_with(tx, id, number, &phones).await?;
    for row in blocks.iter().flat_map(|block| &block.rows) {
        sheet.counts.add(row, -1);
    }
    for row in blocks.iter_mut().flat_map(|block| &mut block.rows).filter(|row| row.number == number) {
        *row = new.clone();
    }
    for phone in phones {
        judge::settle(blocks.iter_mut().flat_map(|block| &mut block.rows), phone);
    }
    for row in blocks.iter().flat_map(|block| &block.rows) {
        sheet.counts.add(row, 1);
    }
    if !table::save(tx, &sheet, &blocks).await? {
        return Err(SHEET_TAKEN.into());
    }
    let row = blocks.into_iter().flat_map(|block| block.rows).find(|row| row.number == number);
    Ok(Changed { row: row.ok_or_else(|| SHEET_ROW_NOT_FOUND.with("row", number))?, sheet })
}
