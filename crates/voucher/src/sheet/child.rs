//! The child process that reads an uploaded file (VO-4): the file comes in on standard input, what stands in its cells
//! goes out on standard output as JSON lines. A hostile workbook can make a reader ask for terabytes and abort
//! (whatever the language), so it happens here, under the parent's limits, where an abort is only one refused file.

mod csv;
mod xls;
mod xlsx;
mod zipped;

use std::{
    borrow::Cow,
    io::{self, BufWriter, Read, Write},
    panic::{self, AssertUnwindSafe},
};

use serde::{Deserialize, Serialize};

use super::{Column, Format, LARGEST_FILE, MOST_ROWS, Unreadable, letters};

/// Columns to the right of this one have no business in a list of recipients.
const MOST_COLUMNS: u32 = 64;
/// Headings stand in one of the first so many rows.
const HEADING_ROWS: u32 = 10;
/// Longer cells are cut: no right value is longer, and a wrong one is shown masked.
pub const LONGEST_CELL: usize = 64;

/// A line of the child's output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line<'a> {
    /// First: what the file is, where its columns stand, and in which row their headings.
    Head(Format, [String; 3], u64),
    /// A row that is not blank: its number, then name, phone, amount.
    Row(u64, #[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>),
    /// Last: the number of the last row.
    End(u64),
    /// Instead: why it is not read, and the cell to blame, if one is.
    No(Unreadable, String),
}

/// Why reading stopped.
enum Halt {
    /// The file's fault.
    No(Unreadable, String),
    /// The parent is gone.
    Pipe,
}

impl From<Unreadable> for Halt {
    fn from(why: Unreadable) -> Self {
        Self::No(why, String::new())
    }
}

impl From<io::Error> for Halt {
    fn from(_: io::Error) -> Self {
        Self::Pipe
    }
}

/// What `dure parse-sheet` runs: standard input to standard output. A file that is not read is told in a line, not by the
/// exit code.
pub fn child_main() -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX) + 1;
    io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    let mut out = Rows::new(BufWriter::with_capacity(64 * 1024, io::stdout().lock()));
    if let Err(Halt::No(why, cell)) = read(&bytes, &mut out) {
        out.refuse(why, cell);
    }
    Ok(())
}

fn read<W: Write>(bytes: &[u8], out: &mut Rows<W>) -> Result<(), Halt> {
    const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    if bytes.is_empty() {
        return Err(Unreadable::Empty.into());
    }
    if bytes.len() > LARGEST_FILE {
        return Err(Unreadable::TooLarge.into());
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        guarded(|| xlsx::read(bytes, out))?;
    } else if bytes.starts_with(COMPOUND_FILE) {
        guarded(|| xls::read(bytes, out))?;
    } else {
        csv::read(bytes, out)?;
    }
    out.finish()
}

/// The readers of workbooks are others' and panic over some damaged ones: the answer is that the file is damaged.
fn guarded(reading: impl FnOnce() -> Result<(), Halt>) -> Result<(), Halt> {
    panic::catch_unwind(AssertUnwindSafe(reading)).unwrap_or_else(|_| Err(Unreadable::Broken.into()))
}

/// The rows as they come, cell by cell in order: finds the headings, then hands on name, phone and amount.
struct Rows<W: Write> {
    out: W,
    format: Format,
    places: Option<[u32; 3]>,
    row: u32,
    cells: Vec<(u32, String)>,
    last: u64,
}

impl<W: Write> Rows<W> {
    fn new(out: W) -> Self {
        Self { out, format: Format::Xlsx, places: None, row: 0, cells: Vec::new(), last: 0 }
    }

    /// What is being read.
    fn format(&mut self, format: Format) {
        self.format = format;
    }

    /// A cell, rows and columns from 0; cells come in the order of their rows.
    fn cell(&mut self, row: u32, column: u32, text: &str) -> Result<(), Halt> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if u64::from(row) > MOST_ROWS || column >= MOST_COLUMNS {
            return Err(Halt::No(Unreadable::TooLarge, format!("{}{}", letters(column), u64::from(row) + 1)));
        }
        if row < self.row {
            return Err(Unreadable::Broken.into());
        }
        if row > self.row {
            self.end_row()?;
            self.row = row;
        }
        let plain = text.len() <= LONGEST_CELL && !text.contains('\0');
        let text = if plain { text.into() } else { text.chars().filter(|c| *c != '\0').take(LONGEST_CELL).collect() };
        self.cells.push((column, text));
        Ok(())
    }

    /// A formula stands here.
    fn formula(&self, row: u32, column: u32) -> Halt {
        Halt::No(Unreadable::Formula, format!("{}{}", letters(column), u64::from(row) + 1))
    }

    fn end_row(&mut self) -> Result<(), Halt> {
        let mut cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(());
        }
        let number = u64::from(self.row) + 1;
        match self.places {
            Some(places) => {
                let of = |place| cells.iter().find(|(column, _)| *column == place).map_or("", |(_, text)| text);
                let [name, phone, amount] = places.map(|place| Cow::Borrowed(of(place)));
                if !(name.is_empty() && phone.is_empty() && amount.is_empty()) {
                    self.last = number;
                    say(&mut self.out, &Line::Row(number, name, phone, amount))?;
                }
                cells.clear();
                self.cells = cells; // its room is used again
            }
            None => match headings(&cells) {
                Some(places) => {
                    self.places = Some(places);
                    self.last = number;
                    say(&mut self.out, &Line::Head(self.format, places.map(letters), number))?;
                }
                None if self.row >= HEADING_ROWS => return Err(Unreadable::Headings.into()),
                None => {}
            },
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Halt> {
        let seen = !self.cells.is_empty() || self.last > 0;
        self.end_row()?;
        match self.places {
            Some(_) => {
                say(&mut self.out, &Line::End(self.last))?;
                Ok(self.out.flush()?)
            }
            None if seen || self.row > 0 => Err(Unreadable::Headings.into()),
            None => Err(Unreadable::Empty.into()),
        }
    }

    fn refuse(&mut self, why: Unreadable, cell: String) {
        let told = say(&mut self.out, &Line::No(why, cell)).and_then(|()| Ok(self.out.flush()?));
        drop(told); // the parent is gone: nobody to tell
    }
}

fn say(out: &mut impl Write, line: &Line<'_>) -> Result<(), Halt> {
    serde_json::to_writer(&mut *out, line).map_err(|_| Halt::Pipe)?;
    Ok(out.write_all(b"\n")?)
}

/// Where the three columns stand, if this row holds their headings.
fn headings(cells: &[(u32, String)]) -> Option<[u32; 3]> {
    let place =
        |wanted| cells.iter().find(|(_, text)| Column::meant_by(text) == Some(wanted)).map(|(column, _)| *column);
    let [name, phone, amount] = Column::ALL.map(place);
    Some([name?, phone?, amount?])
}

#[cfg(test)]
mod tests;
