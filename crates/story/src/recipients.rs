//! The sheet of recipients as its owner reads it: any `.xlsx` of name, phone and amount. Its count and total are taken
//! from the file here, apart from Dure's own reader, so that Dure's figures can be checked against them.

use std::{collections::HashSet, path::Path};

use anyhow::{Context as _, bail};
use calamine::{Data, Reader as _, open_workbook_auto_from_rs};
use words::{Money, Phone};

/// See the module.
#[derive(Debug, Clone)]
pub struct Recipients {
    /// The file's name.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Rows with anything in them, below the headings.
    pub rows: usize,
    /// What the amounts that can be given come to.
    pub total: Money,
    /// Every row has a name, a mobile phone of its own, and an amount that can be given.
    pub clean: bool,
}

impl Recipients {
    /// Reads a file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("the recipients file {}", path.display()))?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("recipients.xlsx").to_owned();
        Self::of(name, bytes).with_context(|| format!("reading {}", path.display()))
    }

    /// Reads its bytes.
    pub fn of(name: String, bytes: Vec<u8>) -> anyhow::Result<Self> {
        let mut workbook = open_workbook_auto_from_rs(std::io::Cursor::new(bytes.clone()))?;
        let sheet = workbook.worksheet_range_at(0).context("it has no sheet")??;
        let mut rows = sheet.rows();
        let headings: Vec<String> = rows.next().context("it is empty")?.iter().map(Data::to_string).collect();
        let column = |words: &[&str], otherwise| {
            headings.iter().position(|h| words.iter().any(|w| h.to_lowercase().contains(w))).unwrap_or(otherwise)
        };
        let name_at = column(&["고객명", "이름", "성명", "name"], 0);
        let phone_at = column(&["휴대", "전화", "phone", "mobile"], 1);
        let amount_at = column(&["금액", "amount"], 2);
        let mut sheet = Self { name, bytes, rows: 0, total: Money::ZERO, clean: true };
        let mut phones = HashSet::new();
        for row in rows {
            let cell = |at: usize| row.get(at).map(Data::to_string).unwrap_or_default();
            let (name, phone, amount) = (cell(name_at), cell(phone_at), cell(amount_at));
            if [&name, &phone, &amount].iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let amount: String = amount.chars().filter(char::is_ascii_digit).collect();
            let amount = amount.parse::<i64>().unwrap_or_default();
            let phone = Phone::parse(&phone).ok();
            sheet.rows += 1;
            let giveable = (1_000..=500_000).contains(&amount) && amount % 100 == 0;
            if giveable {
                sheet.total = sheet.total.checked_add(Money::from_won(amount)).context("more won than there are")?;
            }
            sheet.clean &=
                giveable && !name.trim().is_empty() && phone.is_some_and(|phone| phones.insert(phone.to_string()));
        }
        if sheet.rows == 0 {
            bail!("it has no rows below its headings");
        }
        Ok(sheet)
    }

    /// A made-up sheet of so many people who get so much each, with phones of the unassigned block from `first` on.
    pub fn made_up(count: u32, amount: u32, first: u32) -> anyhow::Result<Self> {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, heading) in (0_u16..).zip(["고객명", "휴대폰 번호", "금액"]) {
            sheet.write_string(0, column, heading)?;
        }
        for row in 0..count {
            sheet.write_string(row + 1, 0, format!("이야기{row}"))?;
            sheet.write_string(row + 1, 1, format!("0100{:07}", first + row))?;
            sheet.write_number(row + 1, 2, f64::from(amount))?;
        }
        Self::of("made-up.xlsx".to_owned(), workbook.save_to_buffer()?)
    }
}

/// How many rows the first sheet of a workbook has.
pub fn rows(bytes: Vec<u8>) -> anyhow::Result<usize> {
    let mut workbook = open_workbook_auto_from_rs(std::io::Cursor::new(bytes))?;
    Ok(workbook.worksheet_range_at(0).context("it has no sheet")??.rows().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_sheet_is_read_as_it_was_made() {
        let sheet = Recipients::made_up(12, 10_000, 40).unwrap();
        assert_eq!((sheet.rows, sheet.total.won(), sheet.clean), (12, 120_000, true));
    }
}
