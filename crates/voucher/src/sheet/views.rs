//! Staged sheets as their company sees them: counts, every flawed row with its reasons, names and phones masked.

use contract::{money, timestamp, voucher::v1 as pb};
use flow::{Fields, Page, Read, Refusal, Stop, code};
use sea_orm::ConnectionTrait;
use words::{Money, mask};

use super::{Column, FLAWED_ROWS_SHOWN, Format, Row, SheetId, Verdict, table, upload::Sheet};

/// No such sheet of this company.
pub const SHEET_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "SHEET_NOT_FOUND", "There is no such sheet.", "해당 파일이 없습니다.");

/// A sheet with its flawed rows.
pub async fn render(conn: &impl ConnectionTrait, sheet: &Sheet) -> Result<pb::Sheet, Stop> {
    let flawed = table::rows(conn, sheet.id, &[Verdict::Wrong, Verdict::Repeated], 0, FLAWED_ROWS_SHOWN).await?;
    let counts = sheet.counts;
    let format = match sheet.format {
        Format::Xlsx => pb::SheetFormat::Xlsx,
        Format::Xls => pb::SheetFormat::Xls,
        Format::CsvUtf8 => pb::SheetFormat::CsvUtf8,
        Format::CsvCp949 => pb::SheetFormat::CsvCp949,
    };
    Ok(pb::Sheet {
        sheet_id: sheet.id.to_string(),
        send_id: sheet.send.to_string(),
        format: format.into(),
        row_count: counts.right + counts.repeated + counts.wrong + counts.blank,
        right_count: counts.right,
        repeated_count: counts.repeated,
        wrong_count: counts.wrong,
        blank_count: counts.blank,
        right_total: money(Money::from_won(counts.right_total)),
        repeated_total: money(Money::from_won(counts.repeated_total)),
        flawed_rows: flawed.iter().map(|row| render_row(row, &sheet.letters)).collect(),
        create_time: timestamp(sheet.created_at),
    })
}

/// `GetSheet`.
pub async fn get(read: Read, m: pb::GetSheetRequest) -> Result<pb::Sheet, Stop> {
    let sheet = find(&read, &m.sheet_id).await?;
    render(read.conn(), &sheet).await
}

/// `ListSheetRows`.
pub async fn rows(read: Read, m: pb::ListSheetRowsRequest) -> Result<pb::ListSheetRowsReply, Stop> {
    let sheet = find(&read, &m.sheet_id).await?;
    let page = Page::parse(m.page_size, &m.page_token, &(sheet.id, m.verdict))?;
    let verdicts: &[Verdict] = match m.verdict() {
        pb::RowVerdict::Unspecified => &[],
        pb::RowVerdict::Right => &[Verdict::Right],
        pb::RowVerdict::Repeated => &[Verdict::Repeated],
        pb::RowVerdict::Wrong => &[Verdict::Wrong],
        pb::RowVerdict::Blank => &[Verdict::Blank],
    };
    let mut rows = table::page(read.conn(), sheet.id, verdicts, &page).await?;
    let next_page_token = page.cut(&mut rows, |row| row.number.to_string());
    Ok(pb::ListSheetRowsReply {
        rows: rows.iter().map(|row| render_row(row, &sheet.letters)).collect(),
        next_page_token,
    })
}

async fn find(read: &Read, id: &str) -> Result<Sheet, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<SheetId>("sheet_id", id),))?;
    Ok(table::find(read.conn(), id, read.caller().company()?).await?.ok_or(SHEET_NOT_FOUND)?)
}

fn render_row(row: &Row, letters: &[String; 3]) -> pb::SheetRow {
    let verdict = match row.verdict {
        Verdict::Right => pb::RowVerdict::Right,
        Verdict::Repeated => pb::RowVerdict::Repeated,
        Verdict::Wrong => pb::RowVerdict::Wrong,
        Verdict::Blank => pb::RowVerdict::Blank,
    };
    let problems = row.problems.iter().map(|problem| pb::RowProblem {
        column: problem.column.heading().to_owned(),
        column_letter: letters[place(problem.column)].clone(),
        reason: problem.reason.clone(),
        sentence_en: problem.en.clone(),
        sentence_ko: problem.ko.clone(),
    });
    pb::SheetRow {
        row_number: i64::try_from(row.number).unwrap_or(i64::MAX),
        verdict: verdict.into(),
        name_masked: mask::name(&row.name),
        phone_masked: mask::phone(&row.phone),
        amount: row.amount.and_then(money),
        problems: problems.collect(),
    }
}

fn place(column: Column) -> usize {
    match column {
        Column::Name => 0,
        Column::Phone => 1,
        Column::Amount => 2,
    }
}
