//! Text: UTF-8 (with or without a mark) or CP949, separated by commas, semicolons or tabs.

use std::io::Write;

use encoding_rs::EUC_KR;

use super::{Format, Halt, Rows, Unreadable};

pub(super) fn read<W: Write>(bytes: &[u8], out: &mut Rows<W>) -> Result<(), Halt> {
    let (format, text) = decode(bytes)?;
    let text = text.replace("\r\n", "\n"); // the reader counts lines by one kind of end
    out.format(format);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| Unreadable::Broken)? {
        let line = record.position().map_or(1, csv::Position::line);
        let row = u32::try_from(line.saturating_sub(1)).map_err(|_| Unreadable::TooLarge)?;
        for (column, cell) in (0..).zip(record.iter()) {
            out.cell(row, column, cell)?;
        }
    }
    Ok(())
}

/// CP949 is what a Korean Excel saves; everything that is valid UTF-8 is taken as that.
fn decode(bytes: &[u8]) -> Result<(Format, String), Halt> {
    if bytes.iter().any(|b| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) {
        return Err(Unreadable::Unknown.into());
    }
    let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bare) {
        return Ok((Format::CsvUtf8, text.to_owned()));
    }
    match EUC_KR.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok((Format::CsvCp949, text.into_owned())),
        None => Err(Unreadable::Unknown.into()),
    }
}

/// The separator that stands most often in the first line that has any.
fn delimiter(text: &str) -> u8 {
    let count = |line: &str, mark: u8| line.bytes().filter(|b| *b == mark).count();
    let line = text.lines().find(|line| line.contains([',', ';', '\t'])).unwrap_or_default();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|mark| count(line, *mark)).unwrap_or(b',')
}
