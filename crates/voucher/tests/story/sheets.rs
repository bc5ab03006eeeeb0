//! Hostile and broken files: refused with a clear reason (VO-4, S48 to S51). That whatever reads them has bounded memory and
//! time is proved where it is started, in `src/sheet/parse.rs`.

use std::io::Write;

use contract::voucher::v1 as pb;
use voucher::sheet::{Format, Verdict, parse::Reader};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::desk::{Desk, example, reason, story, won};

/// An `.xlsx` around this worksheet, with these further parts.
fn workbook(worksheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let content_types =
        r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    let workbook = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let rels = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let root = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let parts: [(&str, &[u8]); 5] = [
        ("_rels/.rels", root.as_bytes()),
        ("[Content_Types].xml", content_types.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", worksheet.as_bytes()),
    ];
    for (name, bytes) in parts.into_iter().chain(more.iter().copied()) {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn worksheet(rows: &str) -> String {
    let head = r#"<row r="1"><c r="A1" t="str"><v>고객명</v></c><c r="B1" t="str"><v>휴대폰 번호</v></c><c r="C1" t="str"><v>금액</v></c></row>"#;
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{head}{rows}</sheetData></worksheet>"#
    )
}

const ROW: &str = r#"<row r="2"><c r="A2" t="str"><v>홍길동</v></c><c r="B2" t="str"><v>01000001001</v></c><c r="C2"><v>10000</v></c></row>"#;

#[tokio::test]
async fn hostile_files_are_refused_with_a_reason() {
    // VO-4, S48, S49, S50, S51
    let zeros = vec![b' '; 100 * 1024 * 1024];
    let many: Vec<String> = (0..2_000).map(|n| format!("xl/x{n}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let strings = br#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="99999999999"><si><t>a</t></si></sst>"#;
    let formula = ROW.replace("<v>10000</v>", "<f>5000+5000</f><v>10000</v>");
    let corner = format!(r#"{ROW}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
    let doctype = worksheet(ROW).replace("<worksheet", r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet"#);
    let late_doctype =
        worksheet(ROW).replace("<worksheet", &format!("<!--{}--><!DOCTYPE x []><worksheet", " ".repeat(70_000)));
    let huge = format!(r#"{ROW}<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>"#);
    let cut = example("recipients-1000.xlsx")[..20_000].to_vec();
    let mut encrypted = example("recipients-50.xls");
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a zip bomb", workbook(&worksheet(ROW), &[("xl/media/a.xml", &zeros)]), "SHEET_TOO_LARGE"),
        ("too many parts", workbook(&worksheet(ROW), &many), "SHEET_TOO_LARGE"),
        ("a huge count of strings", workbook(&worksheet(ROW), &[("xl/sharedStrings.xml", strings)]), "SHEET_TOO_LARGE"),
        ("a far corner", workbook(&worksheet(&corner), &[]), "SHEET_TOO_LARGE"),
        ("a formula", workbook(&worksheet(&formula), &[]), "SHEET_HAS_FORMULA"),
        ("a macro", workbook(&worksheet(ROW), &[("xl/vbaProject.bin", b"x")]), "SHEET_HAS_MACRO"),
        ("a document type", workbook(&doctype, &[]), "SHEET_BROKEN"),
        ("a document type further on", workbook(&late_doctype, &[]), "SHEET_BROKEN"),
        ("a length that lies", lying_length(), "SHEET_BROKEN"),
        ("a sheet in a zip", nested(), "SHEET_UNKNOWN_FORMAT"),
        ("a huge row number", workbook(&worksheet(&huge), &[]), "SHEET_TOO_LARGE"),
        (
            "a web page called .xls",
            b"<html><table><tr><td>a</td></tr></table></html>".to_vec(),
            "SHEET_HEADINGS_MISSING",
        ),
        ("more bytes than a file may have", vec![b'a'; 20 * 1024 * 1024 + 1], "SHEET_TOO_LARGE"),
        ("an encrypted one", encrypted, "SHEET_ENCRYPTED"),
        ("a cut one", cut, "SHEET_BROKEN"),
        ("a picture called .xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "SHEET_UNKNOWN_FORMAT"),
        ("another zip", plain_zip(), "SHEET_UNKNOWN_FORMAT"),
        ("nothing", Vec::new(), "SHEET_EMPTY"),
        ("headings alone", workbook(&worksheet(""), &[]), "SHEET_EMPTY"),
        ("other headings", "a,b,c\n1,2,3\n".into(), "SHEET_HEADINGS_MISSING"),
    ];
    story(|t| {
        let files = files.clone();
        async move {
            let desk = Desk::new(&t);
            let send = desk.create(&desk.fund(100_000).await).await;
            for (what, file, wanted) in files {
                let no = desk.upload(&send, file).await.expect_err(what);
                assert_eq!(reason(&no), wanted, "{what}");
            }
            let good = desk.upload(&send, workbook(&worksheet(ROW), &[])).await.unwrap();
            assert_eq!(good.right_count, 1);
        }
    })
    .await;
}

/// The worksheet says it is shorter than it is.
fn lying_length() -> Vec<u8> {
    let mut file = workbook(&worksheet(ROW), &[]);
    let name = b"xl/worksheets/sheet1.xml";
    // In the directory the unpacked size stands 22 bytes before the name.
    let at = file.windows(name.len()).rposition(|window| window == name).unwrap();
    file[at - 22..at - 18].copy_from_slice(&100_u32.to_le_bytes());
    file
}

/// A good sheet inside another archive.
fn nested() -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("recipients.xlsx", SimpleFileOptions::default()).unwrap();
    zip.write_all(&workbook(&worksheet(ROW), &[])).unwrap();
    zip.finish().unwrap().into_inner()
}

fn plain_zip() -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("../../etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn old_workbooks_and_korean_text_files_are_read() {
    // VO-4
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(100_000).await).await;
        let xls = desk.upload(&send, example("recipients-50.xls")).await.unwrap();
        assert_eq!((xls.format(), xls.right_count, won(&xls.right_total)), (pb::SheetFormat::Xls, 50, 500_000));
        let csv = desk.upload(&send, example("recipients-200-cp949.csv")).await.unwrap();
        assert_eq!((csv.format(), csv.right_count), (pb::SheetFormat::CsvCp949, 200));
        let template = desk.sheets().download_template(pb::DownloadTemplateRequest {}).await.unwrap().into_inner();
        assert_eq!(reason(&desk.upload(&send, template.data).await.unwrap_err()), "SHEET_EMPTY");
    })
    .await;
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_staged_and_taken() {
    // VO-4
    story(|t| async move {
        let desk = Desk::new(&t);
        let send = desk.create(&desk.fund(1_000_000_000).await).await;
        let mut file = String::from("이름,연락처,금액\n");
        for n in 0..100_000 {
            file += &format!("고객{n},0100{n:07},1000\n");
        }
        let sheet = desk.upload(&send, file.into_bytes()).await.unwrap();
        assert_eq!((sheet.right_count, won(&sheet.right_total)), (100_000, 100_000_000));
        let taken = desk.recipients().take_recipients(desk.take(&sheet)).await.unwrap().into_inner();
        assert_eq!((taken.recipient_count, won(&taken.total)), (100_000, 100_000_000));
    })
    .await;
}

#[tokio::test]
async fn sheets_of_several_programs_hold_the_same_people() {
    // VO-4
    let reader = Reader { program: env!("CARGO_BIN_EXE_voucher-sheet").into(), memory_mib: 512, seconds: 30 };
    let people = [
        ["홍길동", "01000001001", "10000"],
        ["김하나", "01000001002", "20000"],
        ["이둘", "01000001003", "3000"],
        ["박 셋", "01000001004", "500000"],
        ["최넷", "01000001005", "1500"],
    ];
    for (file, format, first) in [
        ("openpyxl.xlsx", Format::Xlsx, 4),
        ("xlsxwriter.xlsx", Format::Xlsx, 2),
        ("inline-strings.xlsx", Format::Xlsx, 2),
        ("pandas.xlsx", Format::Xlsx, 2),
        ("pandas-index.xlsx", Format::Xlsx, 2),
        ("like-google-sheets.xlsx", Format::Xlsx, 2),
        ("libreoffice.xlsx", Format::Xlsx, 2),
        ("libreoffice.xls", Format::Xls, 2),
        ("libreoffice.csv", Format::CsvUtf8, 2),
        ("xlwt.xls", Format::Xls, 2),
        ("excel-cp949.csv", Format::CsvCp949, 2),
        ("pandas-utf8-bom.csv", Format::CsvUtf8, 2),
        ("semicolons.csv", Format::CsvUtf8, 2),
        ("tabs.csv", Format::CsvUtf8, 2),
    ] {
        let judged = reader.read(example(&format!("programs/{file}"))).await.expect(file);
        assert_eq!(judged.format, format, "{file}");
        let read: Vec<_> = judged.rows.iter().map(|row| row.cells.each_ref().map(String::as_str)).collect();
        assert_eq!(read, people, "{file}");
        assert!(judged.rows.iter().all(|row| row.verdict == Verdict::Right), "{file}");
        assert_eq!((judged.rows[0].number, judged.blank), (first, 0), "{file}: rows numbered as it shows them");
    }
}
