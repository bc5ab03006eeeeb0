//! A Korean mobile number, digits only. What sheets and people make of one is put right: hyphens, spaces and dots are
//! dropped, `+82` becomes the leading zero, and a leading zero lost by a spreadsheet is restored.

use serde::{Deserialize, Serialize};

use crate::{Wrong, mask};

/// A Korean mobile number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// `010-0000-1234`, `+82 10 0000 1234`, `1000001234`, `011-000-1234`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_A_MOBILE_NUMBER: Wrong =
            Wrong::new("NOT_A_MOBILE_NUMBER", "This is not a Korean mobile number.", "올바른 휴대폰 번호가 아닙니다.");
        let text = text.trim();
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        let bare: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '.')).collect();
        let national = bare.strip_prefix("+82").unwrap_or(&bare);
        let digits = if national.starts_with('1') { format!("0{national}") } else { national.to_owned() };
        let fits = match digits.get(..3) {
            Some("010") => digits.len() == 11,
            Some("011" | "016" | "017" | "018" | "019") => matches!(digits.len(), 10 | 11),
            _ => false,
        };
        if fits && digits.bytes().all(|b| b.is_ascii_digit()) { Ok(Self(digits)) } else { Err(NOT_A_MOBILE_NUMBER) }
    }

    /// First four digits, four stars, last three: `0109****040`.
    pub fn masked(&self) -> String {
        mask::phone(&self.0)
    }
}

crate::text::spoken!(Phone);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_and_sheets_write_is_put_right() {
        for text in [
            "01000001234",
            "010-0000-1234",
            " 010 0000 1234 ",
            "010.0000.1234",
            "+82 10-0000-1234",
            "+82010-0000-1234",
            "1000001234",
        ] {
            assert_eq!(Phone::parse(text).unwrap().as_str(), "01000001234", "{text}");
        }
        assert_eq!(Phone::parse("011-000-1234").unwrap().as_str(), "0110001234");
    }

    #[test]
    fn other_numbers_are_refused() {
        for text in [
            "0100000123",
            "010000012345",
            "02-000-1234",
            "0121234567",
            "010000O1234",
            "+1 1000001234",
            "０1000001234",
            "１",
        ] {
            assert_eq!(Phone::parse(text).unwrap_err().reason, "NOT_A_MOBILE_NUMBER", "{text}");
        }
        assert_eq!(Phone::parse("").unwrap_err(), Wrong::MISSING);
    }

    #[test]
    fn debug_shows_the_mask_only() {
        let phone = Phone::parse("01000001234").unwrap();
        assert_eq!(format!("{phone:?}"), "0100****234");
        assert_eq!(phone.to_string(), "01000001234");
        let json = serde_json::to_string(&phone).unwrap();
        assert_eq!(serde_json::from_str::<Phone>(&json).unwrap(), phone);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser_and_what_it_prints_it_reads(text in "\\PC*|(\\+82)?[0-9. -]{9,15}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
                prop_assert!(phone.as_str().starts_with("01") && matches!(phone.as_str().len(), 10 | 11));
            }
        }

        #[test]
        fn every_mobile_number_is_read_as_it_is_written(rest in "[0-9]{8}") {
            let written = format!("010{rest}");
            let read = Phone::parse(&written);
            prop_assert_eq!(read.as_ref().map(Phone::as_str), Ok(written.as_str()));
        }
    }
}
