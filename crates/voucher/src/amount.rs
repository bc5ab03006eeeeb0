//! What one gift may be worth (VO-5): ₩1,000 to ₩500,000 in units of ₩100. The one place that knows.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};
use words::{Money, Wrong};

const LEAST: i64 = 1_000;
const MOST: i64 = 500_000;
const UNIT: i64 = 100;

/// An amount a gift can have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amount(Money);

impl Amount {
    /// VO-5.
    pub fn new(money: Money) -> Result<Self, Wrong> {
        if money.won() < LEAST || money.won() > MOST {
            return Err(Wrong::new(
                "AMOUNT_OUT_OF_RANGE",
                "A gift is worth 1,000 to 500,000 won.",
                "선물 금액은 1,000원부터 500,000원까지입니다.",
            ));
        }
        if money.won() % UNIT != 0 {
            return Err(Wrong::new(
                "AMOUNT_NOT_IN_UNITS",
                "A gift's amount goes in units of 100 won.",
                "선물 금액은 100원 단위로 입력하세요.",
            ));
        }
        Ok(Self(money))
    }

    /// As people type it: separators, a won sign or 원, full-width digits.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_AN_AMOUNT: Wrong =
            Wrong::new("NOT_AN_AMOUNT", "This is not an amount in whole won.", "원 단위 숫자로 입력하세요.");
        let text = text.trim();
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        let bare = text.trim_start_matches(['₩', '￦', '\\']).trim();
        let bare = bare.strip_suffix('원').unwrap_or(bare).trim();
        let digits = ungrouped(bare).ok_or(NOT_AN_AMOUNT)?;
        let won: i64 = digits.parse().map_err(|_| NOT_AN_AMOUNT)?;
        Self::new(Money::from_won(won))
    }

    /// The won.
    pub fn money(self) -> Money {
        self.0
    }
}

/// Digits without their separators, which stand every three digits or not at all: `1,5` is no amount.
fn ungrouped(text: &str) -> Option<Cow<'_, str>> {
    if !text.is_empty() && text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Cow::Borrowed(text)); // nearly all there are
    }
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let groups: Vec<&str> = text.split(',').collect();
    let all_digits = groups.iter().all(|g| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit()));
    let in_threes = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    (all_digits && in_threes && text.len() <= 15).then(|| format!("{sign}{}", groups.concat()).into())
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_as_people_type_them() {
        // VO-5
        for (text, won) in
            [("10,000", 10_000), ("₩20,000", 20_000), ("50000", 50_000), ("5,000 원", 5_000), ("1000", 1_000)]
        {
            assert_eq!(Amount::parse(text).unwrap().money().won(), won, "{text}");
        }
        for (text, reason) in [
            ("", "MISSING"),
            ("만원", "NOT_AN_AMOUNT"),
            ("1,5", "NOT_AN_AMOUNT"),
            ("1000.5", "NOT_AN_AMOUNT"),
            ("99999999999999999999", "NOT_AN_AMOUNT"),
            ("0", "AMOUNT_OUT_OF_RANGE"),
            ("-1000", "AMOUNT_OUT_OF_RANGE"),
            ("900", "AMOUNT_OUT_OF_RANGE"),
            ("500100", "AMOUNT_OUT_OF_RANGE"),
            ("1050", "AMOUNT_NOT_IN_UNITS"),
        ] {
            assert_eq!(Amount::parse(text).unwrap_err().reason, reason, "{text}");
        }
        assert!(Amount::parse("500000").is_ok());
    }

    proptest! {
        // VO-5
        #[test]
        fn no_text_breaks_the_reader_and_what_is_shown_is_read(text in "\\PC*|-?[₩0-9,원 ]{0,12}", hundreds in 10i64..=5_000) {
            let right = Money::from_won(hundreds * 100);
            prop_assert_eq!(Amount::parse(&right.to_string()).map(Amount::money), Ok(right));
            if let Ok(amount) = Amount::parse(&text) {
                prop_assert_eq!(Amount::new(amount.money()), Ok(amount));
                prop_assert_eq!(Amount::parse(&amount.money().to_string()), Ok(amount));
            }
        }
    }
}
