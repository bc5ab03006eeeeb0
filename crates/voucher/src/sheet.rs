//! An uploaded sheet of recipients (VO-4, VO-18): its rows and what is thought of each. The file is read in a child
//! process ([`child`]) that the parent ([`parse`]) limits in memory and time; what its cells mean is judged by the parent
//! ([`judge`]), row by row, and can be corrected row by row until the sheet is taken.

pub mod child;
pub mod correct;
pub mod counts;
pub mod download_template;
pub mod drop;
pub mod earlier;
pub mod export;
pub mod forget;
pub mod judge;
pub mod parse;
pub mod table;
pub mod unreadable;
pub mod upload;
pub mod views;

pub use child::child_main;
pub use counts::Counts;
pub use unreadable::Unreadable;

use serde::{Deserialize, Serialize};
use words::{Day, Money, Wrong, typed_id};

use crate::{amount::Amount, send::SendId};

typed_id!(/// A staged sheet.
    pub SheetId, "sht");

/// VO-4: the largest file.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// VO-4 asks for at least 100,000 rows.
pub const MOST_ROWS: u64 = 200_000;
/// The longest file name kept.
const LONGEST_FILE_NAME: usize = 100;
/// How many flawed rows an answer carries; `ListSheetRows` has them all.
pub const FLAWED_ROWS_SHOWN: usize = 1_000;

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

/// What is thought of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Can be taken.
    Right,
    /// Right, but repeats an earlier row's phone.
    Repeated,
    /// Right and not repeated, but its phone is in an earlier send.
    SentBefore,
    /// Cannot be taken.
    Wrong,
    /// Left out by hand.
    Dropped,
    /// Nothing in it.
    Blank,
}

impl Verdict {
    /// Whether it has a phone that later rows can repeat.
    pub fn counts(self) -> bool {
        matches!(self, Self::Right | Self::Repeated | Self::SentBefore)
    }
}

/// One thing wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which column.
    pub column: Column,
    /// Why, with the way out.
    pub wrong: Wrong,
}

/// The company's last send to a phone (VO-18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The send.
    pub send: SendId,
    /// The day it went out, or is to.
    pub day: Day,
}

/// A row with its verdict, its number as the spreadsheet shows it. What is wrong with it follows from its cells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Stored")]
pub struct Row {
    /// As the spreadsheet numbers it.
    pub number: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// Name, phone, amount: cleaned if they are right, else as typed.
    pub cells: [String; 3],
    /// The phone's last send.
    pub earlier: Option<Earlier>,
}

/// A row in the database: briefly, there are a hundred thousand of them.
type Stored = (u64, Verdict, String, String, String, Option<Earlier>);

impl From<Stored> for Row {
    fn from((number, verdict, name, phone, amount, earlier): Stored) -> Self {
        Self { number, verdict, cells: [name, phone, amount], earlier }
    }
}

impl Serialize for Row {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let [name, phone, amount] = &self.cells;
        (self.number, self.verdict, name, phone, amount, self.earlier).serialize(to)
    }
}

impl Row {
    /// The phone.
    pub fn phone(&self) -> &str {
        &self.cells[1]
    }

    /// The amount, where it can be read.
    pub fn amount(&self) -> Option<Money> {
        Amount::parse(&self.cells[2]).ok().map(Amount::money)
    }

    /// What the row costs: its gift; a wrong one costs nothing yet.
    pub fn price(&self) -> Option<Money> {
        self.amount().filter(|_| self.verdict.counts())
    }
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
    pub blank: i64,
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

/// A file's name for people (S53): no folders, nothing invisible; never used as a path. What is no name is none.
pub fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    words::text::line(last, LONGEST_FILE_NAME).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_no_folders_and_nothing_invisible() {
        // S53
        for (text, name) in [
            ("명단.xlsx", "명단.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\people\\a.csv", "a.csv"),
            ("명단\r\nX-Header: 1.xlsx", ""),
            ("gpj.\u{202e}xslx", ""),
            ("..", ".."),
            ("", ""),
        ] {
            assert_eq!(file_name(text), name, "{text:?}");
        }
        assert_eq!(file_name(&"가".repeat(101)), "");
    }

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
