//! Looks over the package of an `.xlsx` before anything parses it (VO-4): how many parts, how large unpacked (declared,
//! and counted while inflating), whether it holds macros, document types or absurd counts.

use std::io::{Cursor, Read};

use zip::{ZipArchive, read::ZipFile};

use super::{Halt, Unreadable};

/// Inflated at once.
const PIECE: usize = 64 * 1024;
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
    let mut piece = Vec::with_capacity(PIECE);
    let mut seen: u64 = 0;
    loop {
        piece.clear();
        let most = u64::try_from(PIECE).unwrap_or(u64::MAX);
        let length = part.by_ref().take(most).read_to_end(&mut piece).map_err(|_| Unreadable::Broken)?;
        if length == 0 {
            return if seen == declared { Ok(()) } else { Err(Unreadable::Broken.into()) };
        }
        if seen == 0 {
            look_at_beginning(&piece, declared)?;
        }
        seen = seen.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if seen > declared {
            return Err(Unreadable::Broken.into());
        }
    }
}

fn look_at_beginning(piece: &[u8], declared: u64) -> Result<(), Halt> {
    let text = String::from_utf8_lossy(piece);
    if !begins_with_an_element(&text) {
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

/// Whether nothing but declarations and comments stands before the first element: no document type, however far down.
fn begins_with_an_element(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ => return rest.starts_with('<') && !rest.starts_with("<!"),
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_document_type_stands_before_the_first_element() {
        // S51
        for good in ["<a/>", "\u{feff}<?xml version=\"1.0\"?>\r\n<!-- x --><a>", "<?xml?><?y?><a"] {
            assert!(begins_with_an_element(good), "{good}");
        }
        for bad in ["", "<!DOCTYPE a><a/>", "<?xml?><!-- --><!DOCTYPE a [<!ENTITY b \"c\">]><a/>", "<!-- far", "text"] {
            assert!(!begins_with_an_element(bad), "{bad}");
        }
    }
}
