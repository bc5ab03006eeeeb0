//! What is thought of a row (VO-4): its name, phone and amount are cleaned of what people and spreadsheets do to them,
//! and every column that is wrong is named with its reason. A phone that stands in an earlier row is warned of. Pure.

use std::{borrow::Cow, collections::HashSet};

use words::{Phone, Wrong, text};

use super::{Column, Problem, Row, Verdict};
use crate::amount::Amount;

/// A recipient's name, in characters.
pub const LONGEST_NAME: usize = 50;

/// Judges the rows of one sheet in order.
#[derive(Default)]
pub struct Judge {
    phones: HashSet<u64>,
}

impl Judge {
    /// The row with this number and these cells: name, phone, amount.
    pub fn judge(&mut self, number: u64, cells: [&str; 3]) -> Row {
        let mut row = alone(number, cells);
        if row.verdict == Verdict::Right && !self.phones.insert(digits(row.phone())) {
            row.verdict = Verdict::Repeated;
        }
        row
    }
}

/// A row by itself: right, wrong or blank; cleaned if it is right, else as typed.
pub fn alone(number: u64, cells: [&str; 3]) -> Row {
    let cells = cells.map(half_width);
    let row = |verdict, cells: [String; 3]| Row { number, verdict, cells, earlier: None };
    if cells.iter().all(|cell| cell.trim().is_empty()) {
        return row(Verdict::Blank, cells.map(Cow::into_owned));
    }
    match read(&cells) {
        (Ok(name), Ok(phone), Ok(amount)) => {
            row(Verdict::Right, [name, phone.as_str().to_owned(), amount.money().won().to_string()])
        }
        _ => row(Verdict::Wrong, cells.map(Cow::into_owned)),
    }
}

/// What is wrong with these cells.
pub fn problems(cells: &[String; 3]) -> Vec<Problem> {
    let (name, phone, amount) = read(&cells.each_ref().map(|cell| half_width(cell)));
    [(Column::Name, name.err()), (Column::Phone, phone.err()), (Column::Amount, amount.err())]
        .into_iter()
        .filter_map(|(column, wrong)| Some(Problem { column, wrong: wrong? }))
        .collect()
}

/// What a row warns of, besides what is wrong with it.
pub fn warning(verdict: Verdict) -> Option<Problem> {
    const REPEATED: Wrong = Wrong::new(
        "PHONE_REPEATED",
        "This phone stands in an earlier row too. Say so if the person is to get both gifts.",
        "앞 행에 같은 번호가 있습니다. 두 번 보내려면 중복 포함을 선택하세요.",
    );
    const SENT_BEFORE: Wrong = Wrong::new(
        "PHONE_SENT_BEFORE",
        "This phone is in an earlier send. Say so if the person is to get a gift again.",
        "최근 발송에 같은 번호가 있습니다. 다시 보내려면 기존 발송 포함을 선택하세요.",
    );
    let wrong = match verdict {
        Verdict::Repeated => REPEATED,
        Verdict::SentBefore => SENT_BEFORE,
        _ => return None,
    };
    Some(Problem { column: Column::Phone, wrong })
}

/// After a change: who has this phone first is right (or was sent to before), the others repeat it. The rows are those of
/// the whole sheet that have it, in order.
pub fn settle<'a>(rows: impl Iterator<Item = &'a mut Row>, phone: &str) {
    let with_it = rows.filter(|row| row.verdict.counts() && row.phone() == phone);
    for (place, row) in with_it.enumerate() {
        row.verdict = match (place, row.earlier) {
            (0, None) => Verdict::Right,
            (0, Some(_)) => Verdict::SentBefore,
            _ => Verdict::Repeated,
        };
    }
}

type Words = (Result<String, Wrong>, Result<Phone, Wrong>, Result<Amount, Wrong>);

fn read([name, phone, amount]: &[Cow<'_, str>; 3]) -> Words {
    (recipient_name(name), Phone::parse(&plain_hyphens(phone)), Amount::parse(amount))
}

/// A right phone as a number: eleven digits fit.
fn digits(phone: &str) -> u64 {
    phone.bytes().fold(phone.len() as u64, |number, digit| number * 10 + u64::from(digit - b'0'))
}

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

/// Full-width letters and digits as plain ones: what Korean keyboards produce.
fn half_width(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b < 0xc2) || !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        c => c,
    });
    Cow::Owned(plain.collect())
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}' | '\u{a0}')
}

/// Dashes of every length, and brackets round a prefix, as people type them in numbers.
fn plain_hyphens(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().filter(|c| !matches!(c, '(' | ')' | '\'')).map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '/' => '-',
        c => c,
    });
    Cow::Owned(plain.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            assert_eq!((row.verdict, row.phone()), (Verdict::Right, "01000001001"), "{cells:?}");
            assert_eq!(row.price().unwrap().won(), 10_000);
        }
    }

    #[test]
    fn every_wrong_column_is_named() {
        // VO-4, VO-5
        let row = judge(["", "0212345678", "1050"]);
        let found: Vec<_> = problems(&row.cells).iter().map(|p| (p.column, p.wrong.reason)).collect();
        assert_eq!(
            found,
            [
                (Column::Name, "MISSING"),
                (Column::Phone, "NOT_A_MOBILE_NUMBER"),
                (Column::Amount, "AMOUNT_NOT_IN_UNITS"),
            ]
        );
        let row = judge(["=cmd|' /C calc'!A0", "01000001001", "1000"]);
        assert_eq!(problems(&row.cells)[0].wrong.reason, "NAME_LIKE_FORMULA");
        assert_eq!(row.price(), None);
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

    proptest! {
        // VO-4
        #[test]
        fn no_cell_breaks_the_judge_and_a_right_row_stays_right(
            name in "\\PC*|[가-힣]{1,4}", phone in "\\PC*|010[0-9０-９ –-]{8,10}", amount in "\\PC*|[0-9０-９]{1,4}00"
        ) {
            let row = judge([&name, &phone, &amount]);
            let problems = problems(&row.cells);
            prop_assert_eq!(row.verdict == Verdict::Wrong, !problems.is_empty() && row.verdict != Verdict::Blank);
            if row.verdict == Verdict::Right {
                let [name, phone, amount] = &row.cells;
                prop_assert_eq!(&judge([name, phone, amount]).cells, &row.cells);
            }
        }
    }
}
