//! The old binary workbook, `.xls`. Its reader holds a sheet whole; the parent's memory limit bounds it.

use std::io::{Cursor, Write};

use calamine::{Data, Reader as _, Xls, XlsError};

use super::{Format, Halt, Rows, Unreadable, xlsx::text_of};

pub(super) fn read<W: Write>(bytes: &[u8], out: &mut Rows<W>) -> Result<(), Halt> {
    out.format(Format::Xls);
    if holds_name(bytes, "EncryptedPackage") {
        return Err(Unreadable::Encrypted.into());
    }
    if holds_name(bytes, "_VBA_PROJECT") {
        return Err(Unreadable::Macro.into());
    }
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Unreadable::Encrypted,
        _ => Unreadable::Broken,
    })?;
    let sheet = book.sheet_names().first().cloned().ok_or(Unreadable::Empty)?;
    let formulas = book.worksheet_formula(&sheet).map_err(|_| Unreadable::Broken)?;
    if let (Some((top, left)), Some((row, column, _))) =
        (formulas.start(), formulas.used_cells().find(|(_, _, text)| !text.is_empty()))
    {
        let place = |start: u32, offset: usize| start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        return Err(out.formula(place(top, row), place(left, column)));
    }
    let cells = book.worksheet_range(&sheet).map_err(|_| Unreadable::Broken)?;
    let (top, left) = cells.start().unwrap_or_default();
    for (row, column, value) in cells.used_cells() {
        let place = |start: u32, offset: usize| start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        if *value != Data::Empty {
            out.cell(place(top, row), place(left, column), &text_of(value))?;
        }
    }
    Ok(())
}

/// Whether the compound file has an entry of this name (they are kept in UTF-16).
fn holds_name(bytes: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(wide.len()).any(|window| window == wide)
}
