//! What is thought of a row (VO-4): its name, phone and amount are cleaned of what people and spreadsheets do to them,
//! and every column that is wrong is named with its reason. A phone that stands in an earlier row is warned of. Pure.

use std::collections::HashSet;

use words::{Phone, Wrong, text};

use super::{Column, Problem, Row, Verdict};
use crate::amount::Amount;

/// A recipient's name, in characters.
pub const LONGEST_NAME: usize = 50;

/// Judges the rows of one sheet in order.
#[derive(Default)]
pub struct Judge {
    phones: HashSet<String>,
}

impl Judge {
    /// The row with this number and these cells: name, phone, amount.
    pub fn judge(&mut self, number: u64, cells: [&str; 3]) -> Row {
        let [name, phone, amount] = cells.map(half_width);
        if [&name, &phone, &amount].iter().all(|cell| cell.trim().is_empty()) {
            return Row { number, verdict: Verdict::Blank, name, phone, amount: None, problems: Vec::new() };
        }
        let (good_name, good_phone, good_amount) =
            (recipient_name(&name), Phone::parse(&plain_hyphens(&phone)), Amount::parse(&amount));
        let problems: Vec<Problem> = [
            (Column::Name, good_name.as_ref().err()),
            (Column::Phone, good_phone.as_ref().err()),
            (Column::Amount, good_amount.as_ref().err()),
        ]
        .into_iter()
        .filter_map(|(column, wrong)| Some(problem(column, wrong?)))
        .collect();
        let amount = good_amount.ok().map(Amount::money);
        let (Ok(name), Ok(phone)) = (good_name, good_phone) else {
            return Row { number, verdict: Verdict::Wrong, name, phone, amount, problems };
        };
        let verdict = match problems.is_empty() {
            false => Verdict::Wrong,
            true if self.phones.insert(phone.as_str().to_owned()) => Verdict::Right,
            true => Verdict::Repeated,
        };
        let problems = if verdict == Verdict::Repeated { vec![problem(Column::Phone, &REPEATED)] } else { problems };
        Row { number, verdict, name, phone: phone.as_str().to_owned(), amount, problems }
    }
}

const REPEATED: Wrong = Wrong::new(
    "PHONE_REPEATED",
    "This phone stands in an earlier row too. Say so if the person is to get both gifts.",
    "앞 행에 같은 번호가 있습니다. 두 번 보내려면 중복 포함을 선택하세요.",
);

/// A recipient's name: one plain line that no spreadsheet takes for a formula.
pub fn recipient_name(name: &str) -> Result<String, Wrong> {
    let name = text::line(name, LONGEST_NAME)?;
    if name.starts_with(['=', '+', '-', '@']) {
        return Err(Wrong::new(
            "NAME_LIKE_FORMULA",
            "A name cannot begin with =, +, - or @.",
            "이름은 =, +, -, @로 시작할 수 없습니다.",
        ));
    }
    Ok(name)
}

fn problem(column: Column, wrong: &Wrong) -> Problem {
    Problem { column, reason: wrong.reason.into(), en: wrong.en.to_string(), ko: wrong.ko.to_string() }
}

/// Full-width letters and digits as plain ones: what Korean keyboards produce.
fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            c => c,
        })
        .collect()
}

/// Dashes of every length, and brackets round a prefix, as people type them in numbers.
fn plain_hyphens(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '(' | ')' | '\''))
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '/' => '-',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(cells: [&str; 3]) -> Row {
        Judge::default().judge(2, cells)
    }

    #[test]
    fn what_people_type_is_put_right() {
        // VO-4
        for cells in [
            ["홍길동", "010-0000-1001", "10,000"],
            ["김하나 ", " 010 0000 1001 ", "10000"],
            ["이둘", "０１０００００１００１", "１００００"],
            ["박셋", "1000001001", "₩10,000"],
            ["오열둘", "+82-10-0000-1001", "10,000원"],
            ["최넷", "010–0000–1001", "10000"],
        ] {
            let row = judge(cells);
            assert_eq!((row.verdict, row.phone.as_str()), (Verdict::Right, "01000001001"), "{cells:?}");
            assert_eq!(row.amount.unwrap().won(), 10_000);
        }
    }

    #[test]
    fn every_wrong_column_is_named() {
        // VO-4, VO-5
        let row = judge(["", "0212345678", "1050"]);
        let found: Vec<_> = row.problems.iter().map(|p| (p.column, p.reason.as_str())).collect();
        assert_eq!(
            found,
            [
                (Column::Name, "MISSING"),
                (Column::Phone, "NOT_A_MOBILE_NUMBER"),
                (Column::Amount, "AMOUNT_NOT_IN_UNITS"),
            ]
        );
        assert_eq!(judge(["=cmd|' /C calc'!A0", "01000001001", "1000"]).problems[0].reason, "NAME_LIKE_FORMULA");
    }

    #[test]
    fn a_phone_seen_before_is_warned_of_and_a_blank_row_is_neither() {
        // VO-4
        let mut judge = Judge::default();
        assert_eq!(judge.judge(2, ["가", "01000001006", "1000"]).verdict, Verdict::Right);
        assert_eq!(judge.judge(3, ["나", "010-0000-1006", "2000"]).verdict, Verdict::Repeated);
        assert_eq!(judge.judge(4, ["", " ", "\u{3000}"]).verdict, Verdict::Blank);
        assert_eq!(judge.judge(5, ["다", "01000001006", "1"]).verdict, Verdict::Wrong);
    }
}
