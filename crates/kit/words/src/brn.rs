//! A business registration number (ID-3): ten digits, hyphens dropped, the last one a check digit.

use serde::{Deserialize, Serialize};

use crate::Wrong;

const WEIGHTS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];

/// A business registration number whose check digit is right.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Brn(String);

impl Brn {
    /// `123-45-67890` or `1234567890`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_A_BRN: Wrong = Wrong::new(
            "NOT_A_BRN",
            "This is not a business registration number: ten digits, the last one a check digit.",
            "올바른 사업자등록번호가 아닙니다. 숫자 10자리를 확인하세요.",
        );
        let text = text.trim();
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let numbers: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
        if digits.len() != 10 || numbers.len() != 10 || check_digit(&numbers) != numbers[9] {
            return Err(NOT_A_BRN);
        }
        Ok(Self(digits))
    }

    /// In Debug: a business number is public, so whole.
    fn masked(&self) -> String {
        self.0.clone()
    }

    /// `123-45-67890`, as it is printed.
    pub fn hyphenated(&self) -> String {
        format!("{}-{}-{}", &self.0[..3], &self.0[3..5], &self.0[5..])
    }
}

fn check_digit(numbers: &[u32]) -> u32 {
    let sum: u32 = WEIGHTS.iter().zip(numbers).map(|(weight, number)| weight * number).sum();
    (10 - (sum + numbers[8] * 5 / 10) % 10) % 10
}

crate::text::spoken!(Brn);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // ID-3
    #[test]
    fn hyphens_are_dropped_and_shown() {
        let brn = Brn::parse("000-00-00000").unwrap();
        assert_eq!(brn.to_string(), "0000000000");
        assert_eq!(Brn::parse("0000000000").unwrap().hyphenated(), "000-00-00000");
    }

    // ID-3: worked by hand: 1+6+21+4+15+42+7+24+45 = 165, floor(45/10) = 4, 169 -> 1
    #[test]
    fn the_check_digit_is_checked() {
        assert!(Brn::parse("123-45-67891").is_ok());
        for wrong in ["123-45-67890", "123-45-6789", "123-45-678911", "123 45 67891", "１２３4567891", "abcdefghij"]
        {
            assert_eq!(Brn::parse(wrong).unwrap_err().reason, "NOT_A_BRN", "{wrong}");
        }
        assert_eq!(Brn::parse("  ").unwrap_err(), Wrong::MISSING);
    }

    #[test]
    fn a_business_number_is_public() {
        assert_eq!(format!("{:?}", Brn::parse("123-45-67891").unwrap()), "1234567891");
        assert_eq!(serde_json::from_str::<Brn>("\"123-45-67891\"").unwrap().as_str(), "1234567891");
    }

    proptest! {
        // ID-3
        #[test]
        fn exactly_one_last_digit_is_right(first_nine in 0u32..1_000_000_000) {
            let right = (0..10).filter(|last| Brn::parse(&format!("{first_nine:09}{last}")).is_ok()).count();
            prop_assert_eq!(right, 1);
        }

        // ID-3
        #[test]
        fn no_text_breaks_the_parser_and_what_it_prints_it_reads(text in "\\PC*|[0-9 -]{8,14}", nine in 0u32..1_000_000_000) {
            let numbered = (0..10).find_map(|last| Brn::parse(&format!("{nine:09}{last}")).ok());
            for brn in Brn::parse(&text).ok().into_iter().chain(numbered) {
                prop_assert_eq!(Brn::parse(&brn.to_string()), Ok(brn.clone()));
                prop_assert_eq!(Brn::parse(&brn.hyphenated()), Ok(brn));
            }
        }
    }
}
