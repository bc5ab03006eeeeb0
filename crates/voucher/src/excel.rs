//! Lists as Excel sheets (VO-13). What people typed is written as text, never as a formula, and cannot become one when the
//! file is opened as something else: a leading `=`, `+`, `-` or `@` gets an apostrophe, except in a phone like `+82 10…`
//! (S54). Rows are written as they come and never held all at once.

use contract::google::api::HttpBody;
use flow::{Fault, Refusal, Stop, code};
use futures::{Stream, StreamExt, stream};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tokio::sync::mpsc;
use words::{Money, seoul};

use crate::sheet::download_template::CONTENT_TYPE;

/// VO-13: a file holds so many rows, not a part of them unsaid.
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
    /// A count or a number.
    Number(i64),
    /// An amount in won.
    Won(Money),
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A time as people in Seoul read it; empty if there is none.
pub fn time(at: Option<flow::Instant>) -> Cell {
    Cell::Text(at.map_or_else(String::new, |at| at.with_timezone(&seoul()).format("%Y-%m-%d %H:%M").to_string()))
}

/// The file; refuses more rows than `most`.
pub async fn file(
    name: &'static str,
    headings: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
    most: u64,
) -> Result<HttpBody, Stop> {
    streamed(name, headings, stream::once(async { Ok(rows) }), most).await
}

/// The file of rows that come page by page, made off the threads that answer calls; refuses more rows than `most`.
pub async fn streamed(
    name: &'static str,
    headings: &'static [&'static str],
    pages: impl Stream<Item = Result<Vec<Vec<Cell>>, Stop>>,
    most: u64,
) -> Result<HttpBody, Stop> {
    let (to_file, rows) = mpsc::channel(1);
    let writing = tokio::task::spawn_blocking(move || write(name, headings, rows));
    let mut pages = std::pin::pin!(pages);
    let mut count: u64 = 0;
    while let Some(page) = pages.next().await {
        let page = page?;
        count += page.len() as u64;
        if count > most {
            return Err(EXPORT_TOO_LARGE.with("most", most).into());
        }
        if to_file.send(page).await.is_err() {
            break; // the file failed: it says why
        }
    }
    drop(to_file);
    let data = writing.await.map_err(Fault::bug)?.map_err(Fault::bug)?;
    Ok(HttpBody { content_type: CONTENT_TYPE.into(), data, extensions: Vec::new() })
}

type Pages = mpsc::Receiver<Vec<Vec<Cell>>>;

fn write(name: &str, headings: &[&str], mut pages: Pages) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?.set_name(name)?;
    let (bold, won) = (Format::new().set_bold(), Format::new().set_num_format("#,##0"));
    sheet.set_freeze_panes(1, 0)?;
    for (column, heading) in (0..).zip(headings) {
        sheet.set_column_width_pixels(column, 120)?;
        sheet.write_string_with_format(0, column, *heading, &bold)?;
    }
    let mut rows = 1..;
    while let Some(page) = pages.blocking_recv() {
        for (cells, row) in page.iter().zip(&mut rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Text(text) => sheet.write_string(row, column, harmless(text))?,
                    Cell::Number(number) => sheet.write(row, column, *number)?,
                    Cell::Won(amount) => sheet.write_with_format(row, column, amount.won(), &won)?,
                    Cell::Empty => sheet,
                };
            }
        }
    }
    book.save_to_buffer()
}

fn harmless(text: &str) -> String {
    let phone = text.strip_prefix('+').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '*'))
            && rest.matches('-').count() <= 4
    });
    if !phone && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_cannot_become_a_formula() {
        // VO-13, S54
        for typed in
            ["=HYPERLINK(\"http://dure.example\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "+1+1", "+"]
        {
            assert_eq!(harmless(typed), format!("'{typed}"));
        }
        for typed in ["추석 선물", "+82 10-1234-5678", "+821000001234", "a=b", ""] {
            assert_eq!(harmless(typed), typed);
        }
    }
}
