//! Prints a quote (BI-8): Korean and English with a Korean font found at run time (Debian's fonts-nanum or fonts-noto-cjk);
//! without one in English alone, with a font every reader has. One page holds some 40 rows; more follow on further pages.

mod plain;

use std::path::{Path, PathBuf};

use flow::Fault;
use krilla::{
    Document,
    geom::Point,
    page::PageSettings,
    text::{Font, TextDirection},
};

use super::Quote;
use crate::{contact::Contact, price::LineKind};

/// Korean fonts by file name, the smaller first, with the face that is Korean.
const KOREAN: [(&str, u32); 6] = [
    ("NanumGothic.ttf", 0),
    ("NanumBarunGothic.ttf", 0),
    ("NotoSansKR-Regular.otf", 0),
    ("NotoSansKR-Regular.ttf", 0),
    ("NotoSansCJK-Regular.ttc", 1),
    ("NotoSerifCJK-Regular.ttc", 1),
];
/// How deep font folders are searched.
const DEPTH: u32 = 5;
const ROWS_A_PAGE: usize = 40;
/// A4 in points, the left and the figures' column, the first row from the top, rows apart.
const PAGE: (u16, u16) = (595, 842);
const LEFT: u16 = 50;
const RIGHT: u16 = 440;
const TOP: u16 = 60;
const STEP: u16 = 18;
const SIZE: u16 = 10;

/// Prints quotes.
pub struct Printer {
    korean: Option<(PathBuf, u32)>,
}

/// A row: words in both languages, and a figure at the right.
struct Row {
    ko: String,
    en: String,
    right: String,
}

impl Printer {
    /// With the first Korean font in these folders.
    pub fn new(folders: &[PathBuf]) -> Self {
        let korean = KOREAN.iter().find_map(|(name, face)| {
            folders.iter().find_map(|folder| find(folder, name, DEPTH)).map(|path| (path, *face))
        });
        if korean.is_none() {
            tracing::warn!("no Korean font found: quotes are printed in English alone (install fonts-nanum)");
        }
        Self { korean }
    }

    /// The quote as PDF.
    pub fn quote(&self, quote: &Quote, contact: &Contact) -> Result<Vec<u8>, Fault> {
        let rows = rows(quote, contact);
        match self.font()? {
            Some(font) => print(&font, &rows),
            None => Ok(plain::print(rows.iter().map(|row| (row.en.as_str(), row.right.as_str())))),
        }
    }

    fn font(&self) -> Result<Option<Font>, Fault> {
        let Some((path, face)) = &self.korean else { return Ok(None) };
        let data = std::fs::read(path).map_err(Fault::bug)?;
        Ok(Font::new(data.into(), *face))
    }
}

fn find(folder: &Path, name: &str, depth: u32) -> Option<PathBuf> {
    let entries: Vec<_> = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|e| e.path()).collect();
    let here = entries.iter().find(|p| p.file_name().is_some_and(|n| n == name)).cloned();
    here.or_else(|| {
        let deeper = depth.checked_sub(1)?;
        entries.iter().filter(|p| p.is_dir()).find_map(|p| find(p, name, deeper))
    })
}

fn print(font: &Font, rows: &[Row]) -> Result<Vec<u8>, Fault> {
    let mut document = Document::new();
    for chunk in rows.chunks(ROWS_A_PAGE) {
        let settings = PageSettings::from_wh(PAGE.0.into(), PAGE.1.into());
        let settings = settings.ok_or_else(|| Fault::bug(anyhow::anyhow!("A4 is no page")))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for (row, y) in chunk.iter().zip((TOP..).step_by(STEP.into())) {
            let left = if row.ko == row.en { row.ko.clone() } else { format!("{} / {}", row.ko, row.en) };
            for (x, text) in [(LEFT, &left), (RIGHT, &row.right)] {
                let at = Point::from_xy(x.into(), y.into());
                surface.draw_text(at, font.clone(), SIZE.into(), text, false, TextDirection::Auto);
            }
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| Fault::bug(anyhow::anyhow!("a quote does not print: {e:?}")))
}

fn rows(q: &Quote, contact: &Contact) -> Vec<Row> {
    let row = |ko: &str, en: &str, right: String| Row { ko: ko.into(), en: en.into(), right };
    let both = |text: String| Row { ko: text.clone(), en: text, right: String::new() };
    let (s, p) = (&q.offer.selection, &q.offer.price);
    let mut rows = vec![
        row("견적서", "QUOTATION", String::new()),
        both(String::new()),
        row("견적번호", "Number", q.number.clone()),
        row("견적일", "Date", words::Day::of(q.created_at).to_string()),
        row("유효기간", "Valid through", q.valid_through.to_string()),
        row("받는 분", "To", contact.name().to_owned()),
        row("서비스", "Service", s.base_service.clone()),
        row("사용자", "Users", s.seats.to_string()),
        row("기간 (개월)", "Term (months)", s.term_months.to_string()),
        both(String::new()),
    ];
    for line in p.lines.iter().filter(|l| l.kind != LineKind::Vat) {
        rows.push(row(&line.name.ko, &line.name.en, format!("{} KRW", line.amount)));
        rows.push(both(format!("    {}", line.derivation.formula().replace(['⌊', '⌋'], "").replace('×', "x"))));
    }
    rows.push(both(String::new()));
    rows.push(row("공급가액", "Supply", format!("{} KRW", p.supply)));
    rows.push(row("부가세 (10%)", "VAT (10 %)", format!("{} KRW", p.vat)));
    rows.push(row("합계", "TOTAL", format!("{} KRW", p.total)));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::QuoteId;
    use super::*;

    // BI-8
    #[test]
    fn fonts_are_found_in_folders_below() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("truetype/nanum");
        std::fs::create_dir_all(&deep).unwrap();
        assert!(Printer::new(&[folder.path().to_owned()]).korean.is_none());
        std::fs::write(deep.join("NanumGothic.ttf"), b"").unwrap();
        assert_eq!(Printer::new(&[folder.path().to_owned()]).korean, Some((deep.join("NanumGothic.ttf"), 0)));
    }

    // BI-8: in Korean where a Korean font is installed, in English where none is
    #[test]
    fn a_quote_prints_with_what_fonts_there_are() {
        let quote: Quote = serde_json::from_value(sample()).unwrap();
        let contact = serde_json::from_str(r#"{"name":"김정현","email":"kim@example.com","phone":null}"#).unwrap();
        for folders in [vec![], vec![PathBuf::from("/usr/share/fonts")]] {
            let printer = Printer::new(&folders);
            let file = printer.quote(&quote, &contact).unwrap();
            assert!(file.starts_with(b"%PDF-") && file.len() > 1_000);
            if printer.korean.is_none() {
                assert!(String::from_utf8_lossy(&file).contains("(583,000 KRW)"));
            }
        }
    }

    fn sample() -> serde_json::Value {
        let all = crate::catalogue::Catalogues::shipped().unwrap();
        let day = words::Day::parse("2026-11-23").unwrap();
        let selection = serde_json::json!({
            "kind": "new", "base_service": "shared", "seats": 10, "storage_gb": 0, "term_months": 12, "prepaid": false,
            "commitment_years": 0, "options": {}, "site": null, "start_day": null,
        });
        let parsed = serde_json::from_value(selection.clone()).unwrap();
        let price = crate::price::calculate(all.on(day).unwrap(), &parsed, None, day).unwrap();
        serde_json::json!({
            "id": QuoteId::new(uuid::Uuid::nil()), "number": "Q-2026-000001",
            "account": words::AccountId::new(uuid::Uuid::nil()), "company": null,
            "offer": { "selection": selection, "price": price, "day": day },
            "created_at": "2026-11-23T01:00:00Z", "valid_through": "2026-12-23",
        })
    }
}
