//! What the child says to sheets, right, strange and broken (VO-4).

use proptest::prelude::*;

use super::*;

/// What the child says to these bytes.
fn said(bytes: &[u8]) -> Vec<Line<'static>> {
    let mut out = Rows::new(Vec::new());
    if let Err(Halt::No(why, cell)) = read(bytes, &mut out) {
        out.refuse(why, cell);
    }
    let all: &'static [u8] = out.out.leak();
    all.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect()
}

fn refused(bytes: &[u8]) -> Unreadable {
    match said(bytes).pop() {
        Some(Line::No(why, _)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_sheet_is_refused_by_its_content() {
    // VO-4
    assert_eq!(refused(b""), Unreadable::Empty);
    assert_eq!(refused(b" \n \n"), Unreadable::Empty);
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Unreadable::Unknown);
    assert_eq!(refused(b"PK\x03\x04 and then nothing"), Unreadable::Broken);
    assert_eq!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and then nothing"), Unreadable::Broken);
    assert_eq!(refused("이름,금액\n홍길동,1000\n".as_bytes()), Unreadable::Headings);
}

#[test]
fn columns_are_found_by_their_headings_in_any_order() {
    // VO-4
    let lines = said(
        "발송 명단,,\n금액,비고,휴대폰 번호,고객명\n1000,x,01000001001,홍길동\n,,,\n2000,,01000001002,김하나\n"
            .as_bytes(),
    );
    let text = lines.iter().map(|l| format!("{l:?}")).collect::<Vec<_>>().join("\n");
    assert!(text.contains(r#"Head(CsvUtf8, ["D", "C", "A"], 2)"#), "{text}");
    assert!(text.contains(r#"Row(3, "홍길동", "01000001001", "1000")"#), "{text}");
    assert!(text.contains(r#"Row(5, "김하나", "01000001002", "2000")"#), "{text}");
    assert!(text.ends_with("End(5)"), "{text}");
}

#[test]
fn the_four_formats_are_read() {
    // VO-4
    for (file, format, rows) in [
        ("recipients-1000.xlsx", Format::Xlsx, 1_000),
        ("recipients-50.xls", Format::Xls, 50),
        ("recipients-200-cp949.csv", Format::CsvCp949, 200),
        ("recipients-as-people-type.xlsx", Format::Xlsx, 15),
    ] {
        let bytes = std::fs::read(format!("{}/examples/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let lines = said(&bytes);
        assert!(matches!(&lines[0], Line::Head(f, ..) if *f == format), "{file}: {:?}", lines[0]);
        assert_eq!(lines.len() - 2, rows, "{file}");
    }
}

/// A small example of each format whose reader holds no more than it is given. `.xls` is tried under the parent's limits
/// in `tests/mutated_sheets.rs`.
const SMALL: [&str; 6] = [
    "programs/openpyxl.xlsx",
    "programs/inline-strings.xlsx",
    "programs/like-google-sheets.xlsx",
    "programs/excel-cp949.csv",
    "programs/tabs.csv",
    "programs/pandas-utf8-bom.csv",
];

/// A refusal or rows: never neither, never a panic.
fn answered(bytes: &[u8]) -> bool {
    let lines = said(bytes);
    match lines.last() {
        Some(Line::End(_)) => matches!(lines[0], Line::Head(..)),
        last => matches!(last, Some(Line::No(..))),
    }
}

proptest! {
    // VO-4, S48
    #[test]
    fn bytes_of_any_kind_are_refused_or_read(bytes: Vec<u8>, text in "\\PC*|(이름|고객명),(휴대폰|전화번호),금액\n\\PC{0,40}") {
        for magic in [&b""[..], b"PK\x03\x04", b"PK\x05\x06", b"\xef\xbb\xbf"] {
            prop_assert!(answered(&[magic, &bytes].concat()) && answered(&[magic, text.as_bytes()].concat()));
        }
    }

    // VO-4, S48
    #[test]
    fn a_sheet_that_is_changed_cut_or_mixed_is_refused_or_read(
        file in prop::sample::select(&SMALL[..]), other in prop::sample::select(&SMALL[..]),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        splice: Option<(prop::sample::Index, prop::sample::Index, prop::sample::Index)>,
        cut: Option<prop::sample::Index>,
    ) {
        let example = |file| std::fs::read(format!("{}/examples/{}", env!("CARGO_MANIFEST_DIR"), file)).unwrap();
        let (mut bytes, other) = (example(file), example(other));
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some((at, from, length)) = splice {
            let (at, from) = (at.index(bytes.len()), from.index(other.len()));
            bytes.splice(at..at, other[from..].iter().copied().take(length.index(512)));
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        prop_assert!(answered(&bytes));
    }
}
