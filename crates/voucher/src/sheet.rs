//! An uploaded sheet of recipients (VO-4): its rows, what is thought of each, and how a file is refused as a whole.
//! The file is read in a child process ([`child`]) that the parent ([`parse`]) limits in memory and time; what its
//! cells mean is judged by the parent ([`judge`]), row by row.

pub mod child;
pub mod download_template;
pub mod judge;
pub mod parse;
pub mod table;
pub mod upload;
pub mod views;

pub use child::child_main;

use flow::{Refusal, code};
use serde::{Deserialize, Serialize};
use words::{Money, typed_id};

typed_id!(/// A staged sheet.
    pub SheetId, "sht");

/// VO-4: the largest file.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// VO-4 asks for at least 100,000 rows.
pub const MOST_ROWS: u64 = 200_000;
/// How many flawed rows an answer carries; `ListSheetRows` has them all.
pub const FLAWED_ROWS_SHOWN: u64 = 1_000;

/// What a file is, told by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Office Open XML.
    Xlsx,
    /// The old binary one.
    Xls,
    /// Comma separated, UTF-8.
    CsvUtf8,
    /// Comma separated, CP949.
    CsvCp949,
}

/// The columns, in the order in which a row's cells are kept, wherever they stand in the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// 고객명.
    Name,
    /// 휴대폰 번호.
    Phone,
    /// 금액.
    Amount,
}

impl Column {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Name, Self::Phone, Self::Amount];

    /// Its heading in the template.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Name => "고객명",
            Self::Phone => "휴대폰 번호",
            Self::Amount => "금액",
        }
    }

    /// The column a heading means, if any; spaces, case and stars do not matter.
    pub fn meant_by(heading: &str) -> Option<Self> {
        let plain: String = heading
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '_' | '-' | '.' | '\u{feff}'))
            .collect();
        let plain = plain.split('(').next().unwrap_or_default().to_lowercase();
        match plain.as_str() {
            "고객명" | "이름" | "성명" | "수신자" | "수신자명" | "받는사람" | "name" | "recipient" | "customer"
            | "customername" => Some(Self::Name),
            "휴대폰번호" | "휴대폰" | "휴대전화" | "휴대전화번호" | "핸드폰" | "핸드폰번호" | "전화번호" | "연락처"
            | "phone" | "phonenumber" | "mobile" | "mobilenumber" | "mobilephone" => Some(Self::Phone),
            "금액" | "발송금액" | "선물금액" | "amount" | "value" | "won" => Some(Self::Amount),
            _ => None,
        }
    }
}

/// Why a whole file is not read; the child says which, the parent answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// Nothing in it.
    Empty,
    /// Neither `.xlsx`, `.xls` nor text.
    Unknown,
    /// Damaged, or not what it says.
    Broken,
    /// Protected by a password.
    Encrypted,
    /// Carries macros.
    Macro,
    /// A cell holds a formula.
    Formula,
    /// Too many rows, columns, or bytes once unpacked.
    TooLarge,
    /// A heading is missing.
    Headings,
}

/// VO-4.
pub const SHEET_EMPTY: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_EMPTY",
    "The file has no recipients. Fill in the template and upload it again.",
    "파일에 받는 고객이 없습니다. 양식을 작성해 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_UNKNOWN_FORMAT: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_UNKNOWN_FORMAT",
    "This is not an .xlsx, .xls or .csv file, whatever its name says. Save it in one of these formats and upload it again.",
    "엑셀(.xlsx, .xls)이나 CSV 파일이 아닙니다. 해당 형식으로 저장해 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_BROKEN: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_BROKEN",
    "The file is damaged and cannot be read. Open it in a spreadsheet program, save it anew and upload it again.",
    "파일이 손상되어 읽을 수 없습니다. 엑셀에서 열어 새로 저장한 뒤 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_ENCRYPTED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_ENCRYPTED",
    "The file is protected by a password. Remove the password and upload it again.",
    "암호가 걸린 파일입니다. 암호를 해제하고 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_HAS_MACRO: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_HAS_MACRO",
    "The file contains macros, which are not accepted. Save it as a plain .xlsx and upload it again.",
    "매크로가 들어 있는 파일은 받을 수 없습니다. 일반 .xlsx로 저장해 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_HAS_FORMULA: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_HAS_FORMULA",
    "Cell {cell} holds a formula. Paste the values alone (Paste special → Values) and upload it again.",
    "{cell} 셀에 수식이 있습니다. 값만 붙여넣어(선택하여 붙여넣기 → 값) 다시 올려 주세요.",
);
/// VO-4.
pub const SHEET_TOO_LARGE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_TOO_LARGE",
    "The file is too large: at most 200,000 rows, 64 columns and 20 MiB. Remove stray cells, or split it.",
    "파일이 너무 큽니다. 최대 200,000행, 64열, 20MiB까지 가능합니다. 불필요한 셀을 지우거나 나누어 올려 주세요.",
);
/// VO-4.
pub const SHEET_HEADINGS_MISSING: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "SHEET_HEADINGS_MISSING",
    "The headings 고객명, 휴대폰 번호 and 금액 (name, phone, amount) must stand in one of the first ten rows.",
    "첫 10행 안에 고객명, 휴대폰 번호, 금액 제목이 있어야 합니다.",
);

impl Unreadable {
    /// What the caller is told; `cell` where one is to blame.
    pub fn refusal(self, cell: &str) -> Refusal {
        match self {
            Self::Empty => SHEET_EMPTY,
            Self::Unknown => SHEET_UNKNOWN_FORMAT,
            Self::Broken => SHEET_BROKEN,
            Self::Encrypted => SHEET_ENCRYPTED,
            Self::Macro => SHEET_HAS_MACRO,
            Self::Formula => SHEET_HAS_FORMULA.with("cell", cell),
            Self::TooLarge => SHEET_TOO_LARGE,
            Self::Headings => SHEET_HEADINGS_MISSING,
        }
    }
}

/// What is thought of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Can be taken.
    Right,
    /// Right, but repeats an earlier phone.
    Repeated,
    /// Cannot be taken.
    Wrong,
    /// Nothing in it.
    Blank,
}

/// One thing wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which column.
    pub column: Column,
    /// Stable reason.
    pub reason: String,
    /// English sentence.
    pub en: String,
    /// Korean sentence.
    pub ko: String,
}

/// A row with its verdict, its number as the spreadsheet shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As the spreadsheet numbers it.
    pub number: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// The name as cleaned, or as typed if wrong.
    pub name: String,
    /// The phone as cleaned, or as typed if wrong.
    pub phone: String,
    /// The amount, where it could be read.
    pub amount: Option<Money>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// A whole sheet, judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What the file is.
    pub format: Format,
    /// Where name, phone and amount stand: their columns' letters.
    pub letters: [String; 3],
    /// Every row that is not blank.
    pub rows: Vec<Row>,
    /// How many blank ones lie between.
    pub blank: u64,
}

/// The counts of a sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Right rows.
    pub right: i64,
    /// Repeated rows.
    pub repeated: i64,
    /// Wrong rows.
    pub wrong: i64,
    /// Blank rows.
    pub blank: i64,
    /// Sum of the right rows.
    pub right_total: i64,
    /// Sum of the repeated rows.
    pub repeated_total: i64,
}

impl Judged {
    /// Counts and sums, checked.
    pub fn counts(&self) -> Option<Counts> {
        let of = |verdict| self.rows.iter().filter(move |row| row.verdict == verdict);
        let count = |verdict| i64::try_from(of(verdict).count()).ok();
        let total = |verdict| Money::total(of(verdict).filter_map(|row| row.amount)).map(Money::won);
        Some(Counts {
            right: count(Verdict::Right)?,
            repeated: count(Verdict::Repeated)?,
            wrong: count(Verdict::Wrong)?,
            blank: i64::try_from(self.blank).ok()?,
            right_total: total(Verdict::Right)?,
            repeated_total: total(Verdict::Repeated)?,
        })
    }
}

/// A column's letters as a spreadsheet shows them: 0 is `A`, 26 is `AA`.
pub fn letters(column: u32) -> String {
    let mut rest = column;
    let mut text = Vec::new();
    loop {
        text.push(b'A' + u8::try_from(rest % 26).expect("below 26"));
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => break,
        }
    }
    text.iter().rev().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_what_they_mean() {
        // VO-4
        for (text, column) in [
            ("고객명", Column::Name),
            (" 휴대폰 번호 ", Column::Phone),
            ("*금액(원)", Column::Amount),
            ("Phone Number", Column::Phone),
            ("AMOUNT", Column::Amount),
        ] {
            assert_eq!(Column::meant_by(text), Some(column), "{text}");
        }
        assert_eq!(Column::meant_by("비고"), None);
    }

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        assert_eq!((letters(0), letters(25), letters(26), letters(701), letters(702)).4, "AAA");
        assert_eq!([letters(0), letters(25), letters(26), letters(701)].join(" "), "A Z AA ZZ");
    }
}
