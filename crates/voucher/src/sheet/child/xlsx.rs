//! Office Open XML, `.xlsx`: first the package is looked over ([`super::zipped`]), then the first worksheet's cells are
//! streamed. Never `worksheet_range()`: two cells in far corners would make it ask for 549 GB.

use std::io::{Cursor, Write};

use calamine::{Data, DataRef, Reader as _, SheetType, Xlsx, XlsxError};

use super::{Format, Halt, Rows, Unreadable, zipped};

pub(super) fn read<W: Write>(bytes: &[u8], out: &mut Rows<W>) -> Result<(), Halt> {
    out.format(Format::Xlsx);
    zipped::look_over(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheet =
        book.sheets_metadata().iter().find(|sheet| sheet.typ == SheetType::WorkSheet).map(|sheet| sheet.name.clone());
    let mut cells = book.worksheet_cells_reader(&sheet.ok_or(Unreadable::Empty)?).map_err(unreadable)?;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
        let (row, column) = cell.pos;
        if cell.formula.is_some() {
            return Err(out.formula(row, column));
        }
        if cell.value != DataRef::Empty {
            match &cell.value {
                DataRef::SharedString(text) => out.cell(row, column, text)?,
                value => out.cell(row, column, &text_of(&Data::from(value.clone())))?,
            }
        }
    }
    Ok(())
}

fn unreadable(error: XlsxError) -> Unreadable {
    match error {
        XlsxError::Password => Unreadable::Encrypted,
        _ => Unreadable::Broken,
    }
}

/// A cell as text. A number is written out whole (`1000001002`), never in powers of ten; dates and errors as what they
/// are, so that the row is refused with them.
pub(super) fn text_of(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(_) => "(date)".to_owned(),
        Data::Error(error) => error.to_string(),
    }
}
