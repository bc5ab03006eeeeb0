//! A list as an Excel sheet. Rows are written as they come, page by page, and never held all at once; a file holds all rows
//! asked for, or is refused (S55).

use contract::google::api::HttpBody;
use flow::{Fault, Read, Refusal, Stop, code};
use futures::{Stream, StreamExt, stream};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tokio::sync::mpsc;

use crate::{
    cell::{Cell, harmless},
    leaving::Leaving,
};

/// What kind of file it is.
pub const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const WIDTH: u32 = 130;

/// S55: a file holds so many rows, not a part of them unsaid.
pub const EXPORT_TOO_LARGE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "EXPORT_TOO_LARGE",
    "One file holds at most {most} rows. Ask for a smaller part.",
    "한 파일에는 {most}행까지 담을 수 있습니다. 범위를 줄여 주세요.",
);

/// What every file of a list has.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// Of the page in it.
    pub name: &'static str,
    /// Of its columns.
    pub headings: &'static [&'static str],
    /// Rows it holds at most.
    pub most: u64,
}

/// Rows that are all there.
pub fn whole(rows: Vec<Vec<Cell>>) -> impl Stream<Item = Result<Vec<Vec<Cell>>, Stop>> {
    stream::once(async { Ok(rows) })
}

impl Sheet {
    /// The file, once the trail knows that it is taken.
    pub async fn give(
        self,
        read: &Read,
        leaving: Leaving,
        pages: impl Stream<Item = Result<Vec<Vec<Cell>>, Stop>>,
    ) -> Result<HttpBody, Stop> {
        let (data, rows) = self.of(pages).await?;
        read.flow().run_own(leaving.taken(read.caller().clone(), rows)).await?;
        Ok(HttpBody { content_type: EXCEL.into(), data, extensions: Vec::new() })
    }

    /// The file, made off the threads that answer calls, and how many rows it has.
    async fn of(self, pages: impl Stream<Item = Result<Vec<Vec<Cell>>, Stop>>) -> Result<(Vec<u8>, u64), Stop> {
        let (to_file, rows) = mpsc::channel(1);
        let writing = tokio::task::spawn_blocking(move || self.write(rows));
        let mut pages = std::pin::pin!(pages);
        let mut count: u64 = 0;
        while let Some(page) = pages.next().await {
            let page = page?;
            count += page.len() as u64;
            if count > self.most {
                return Err(EXPORT_TOO_LARGE.with("most", self.most).into());
            }
            if to_file.send(page).await.is_err() {
                break; // the file failed: it says why
            }
        }
        drop(to_file);
        let data = writing.await.map_err(Fault::bug)?.map_err(Fault::bug)?;
        Ok((data, count))
    }

    fn write(self, mut pages: mpsc::Receiver<Vec<Vec<Cell>>>) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?.set_name(self.name)?;
        let (bold, won) = (Format::new().set_bold(), Format::new().set_num_format("#,##0"));
        sheet.set_freeze_panes(1, 0)?;
        for (column, heading) in (0..).zip(self.headings) {
            sheet.set_column_width_pixels(column, WIDTH)?;
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn more_rows_than_a_file_holds_are_refused_not_left_out() {
        // S55
        let sheet = Sheet { name: "x", headings: &["a"], most: 3 };
        let rows = |n: usize| whole(vec![vec![Cell::Empty]; n]);
        assert_eq!(sheet.of(rows(3)).await.map(|(_, rows)| rows).ok(), Some(3));
        let Err(Stop::Refused(no)) = sheet.of(rows(4)).await else { panic!("too many") };
        assert_eq!((no.reason(), no.detail("most")), ("EXPORT_TOO_LARGE", Some("3")));
    }
}
