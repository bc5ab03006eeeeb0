//! Looks over the package of an `.xlsx` before anything parses it (VO-4): how many parts, how large unpacked (declared,
//! and counted while inflating), whether it holds macros, document types or absurd counts.

use std::io::{Cursor, Read};

use zip::{ZipArchive, read::ZipFile};

use super::{Halt, Unreadable};

const MOST_PARTS: usize = 1_000;
const MOST_UNPACKED: u64 = 192 * 1024 * 1024;
/// An honest sheet packs about 20 : 1; deflate can reach 1,032 : 1.
const MOST_RATIO: u64 = 250;
/// Under this size the ratio does not matter.
const SMALL: u64 = 1024 * 1024;
const MOST_STRINGS: u64 = 2_000_000;

pub(super) fn look_over(bytes: &[u8]) -> Result<(), Halt> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Broken)?;
    if zip.len() > MOST_PARTS {
        return Err(Unreadable::TooLarge.into());
    }
    let mut names = Vec::new();
    let mut unpacked: u64 = 0;
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index).map_err(|_| Unreadable::Broken)?;
        if part.encrypted() {
            return Err(Unreadable::Encrypted.into());
        }
        let size = part.size();
        unpacked = unpacked.saturating_add(size);
        if unpacked > MOST_UNPACKED || (size > SMALL && size / part.compressed_size().max(1) > MOST_RATIO) {
            return Err(Unreadable::TooLarge.into());
        }
        names.push(part.name().to_owned());
    }
    if names.iter().any(|name| name.to_ascii_lowercase().contains("vbaproject")) {
        return Err(Unreadable::Macro.into());
    }
    if !names.iter().any(|name| name == "[Content_Types].xml") || !names.iter().any(|name| name == "xl/workbook.xml") {
        return Err(Unreadable::Unknown.into());
    }
    for (index, name) in names.iter().enumerate() {
        let is_markup = name.ends_with(".xml") || name.ends_with(".rels");
        if is_markup {
            let part = zip.by_index(index).map_err(|_| Unreadable::Broken)?;
            look_into(part)?;
        }
    }
    Ok(())
}

/// Inflates one part in pieces, no further than it declared, looking at its beginning.
fn look_into<R: Read>(mut part: ZipFile<'_, R>) -> Result<(), Halt> {
    let declared = part.size();
    let mut piece = vec![0; 64 * 1024];
    let mut seen: u64 = 0;
    loop {
        let length = part.read(&mut piece).map_err(|_| Unreadable::Broken)?;
        if length == 0 {
            return if seen == declared { Ok(()) } else { Err(Unreadable::Broken.into()) };
        }
        if seen == 0 {
            look_at_beginning(&piece[..length], declared)?;
        }
        seen = seen.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if seen > declared {
            return Err(Unreadable::Broken.into());
        }
    }
}

fn look_at_beginning(piece: &[u8], declared: u64) -> Result<(), Halt> {
    let text = String::from_utf8_lossy(piece);
    if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
        return Err(Unreadable::Broken.into());
    }
    if text.contains("macroEnabled") {
        return Err(Unreadable::Macro.into());
    }
    // A reader reserves room for as many strings as the part says it holds; each takes some bytes of the part.
    for name in ["uniqueCount=\"", "uniqueCount='"] {
        let count = text.split(name).nth(1).and_then(|rest| rest.split(['"', '\'']).next());
        let count = count.map_or(Ok(0), str::parse::<u64>);
        if count.map_or(true, |count| count > MOST_STRINGS || count > declared) {
            return Err(Unreadable::TooLarge.into());
        }
    }
    Ok(())
}
