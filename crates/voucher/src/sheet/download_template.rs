//! An empty sheet to fill in (VO-4): the three headings, a phone column kept as text so that its leading zero stays.

use anyhow::Context;
use rust_xlsxwriter::{Format, Workbook};

use super::Column;

const WIDTHS: [u16; 3] = [16, 20, 14];

/// The file.
pub fn template() -> anyhow::Result<Vec<u8>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("받는 고객")?;
    let (bold, text, won) =
        (Format::new().set_bold(), Format::new().set_num_format("@"), Format::new().set_num_format("#,##0"));
    for (column, (heading, width)) in (0..).zip(Column::ALL.map(Column::heading).into_iter().zip(WIDTHS)) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, heading, &bold)?;
    }
    sheet.set_column_format(1, &text)?.set_column_format(2, &won)?;
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer().context("the template cannot be written")
}
