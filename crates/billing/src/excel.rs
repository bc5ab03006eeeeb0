//! A list as an Excel sheet. Texts are written as texts, and what could become a formula where the file is opened as
//! something else gets an apostrophe (S54). A file holds all rows asked for, or is refused (S55).

use contract::google::api::HttpBody;
use flow::{Fault, Refusal, Stop, code};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use words::Money;

/// So many rows at most.
pub const MOST: u64 = 10_000;
const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const WIDTH: u32 = 130;

/// S55.
pub const EXPORT_TOO_LARGE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "EXPORT_TOO_LARGE",
    "One file holds at most {most} rows. Ask for a smaller part.",
    "한 파일에는 {most}행까지 담을 수 있습니다. 범위를 줄여 주세요.",
);

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// What people typed, or a word of ours.
    Text(String),
    /// A count.
    Number(i64),
    /// An amount in won.
    Won(Money),
}

/// The file, made off the threads that answer calls.
pub async fn file(
    name: &'static str,
    headings: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
) -> Result<HttpBody, Stop> {
    if rows.len() as u64 > MOST {
        return Err(EXPORT_TOO_LARGE.with("most", MOST).into());
    }
    let data = tokio::task::spawn_blocking(move || write(name, headings, &rows)).await.map_err(Fault::bug)?;
    Ok(HttpBody { content_type: EXCEL.into(), data: data.map_err(Fault::bug)?, extensions: Vec::new() })
}

fn write(name: &str, headings: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(name)?;
    let (bold, won) = (Format::new().set_bold(), Format::new().set_num_format("#,##0"));
    for (column, heading) in (0..).zip(headings) {
        sheet.write_string_with_format(0, column, *heading, &bold)?;
        sheet.set_column_width_pixels(column, WIDTH)?;
    }
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => sheet.write_string(row, column, harmless(text))?,
                Cell::Number(number) => sheet.write(row, column, *number)?,
                Cell::Won(amount) => sheet.write_with_format(row, column, amount.won(), &won)?,
            };
        }
    }
    book.save_to_buffer()
}

fn harmless(text: &str) -> String {
    if text.len() > 1 && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S54
    #[test]
    fn what_people_typed_cannot_become_a_formula() {
        for typed in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"] {
            assert_eq!(harmless(typed), format!("'{typed}"));
        }
        for typed in ["주식회사 두*", "두레은행 / 081*****", "a=b", "-", ""] {
            assert_eq!(harmless(typed), typed);
        }
    }

    // S55
    #[tokio::test]
    async fn more_rows_than_a_file_holds_are_refused_not_left_out() {
        let rows = |n: usize| vec![Vec::new(); n];
        assert!(file("x", &["a"], rows(10_000)).await.is_ok());
        let Err(Stop::Refused(no)) = file("x", &["a"], rows(10_001)).await else { panic!("too many") };
        assert_eq!((no.reason(), no.detail("most")), ("EXPORT_TOO_LARGE", Some("10000")));
    }
}
