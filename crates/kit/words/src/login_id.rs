//! A login id (ID-5): 6 to 18 lower-case letters and digits.

use serde::{Deserialize, Serialize};

use crate::{Wrong, mask};

const SHORTEST: usize = 6;
const LONGEST: usize = 18;

/// What a person signs in with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoginId(String);

impl LoginId {
    /// `jwkim2023`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_A_LOGIN_ID: Wrong = Wrong::new(
            "NOT_A_LOGIN_ID",
            "A login id has 6 to 18 lower-case letters and digits.",
            "아이디는 영문 소문자와 숫자 6~18자로 입력하세요.",
        );
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        let fits = (SHORTEST..=LONGEST).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(NOT_A_LOGIN_ID) }
    }

    /// The first three, then three stars: `jwk***`.
    pub fn masked(&self) -> String {
        mask::login_id(&self.0)
    }
}

crate::text::spoken!(LoginId);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // ID-5
    #[test]
    fn it_has_6_to_18_lower_case_letters_and_digits() {
        for text in ["abcdef", "123456", "jwkim2023", "abcdefghijklmnopqr"] {
            assert_eq!(LoginId::parse(text).unwrap().as_str(), text);
        }
        for text in ["abcde", "abcdefghijklmnopqrs", "Abcdef", "abc def", "abc_def", "김정현김정현", " abcdef"] {
            assert_eq!(LoginId::parse(text).unwrap_err().reason, "NOT_A_LOGIN_ID", "{text}");
        }
        assert_eq!(LoginId::parse("jwkim2023").unwrap().masked(), "jwk***");
    }

    proptest! {
        // ID-5
        #[test]
        fn no_text_breaks_the_parser_and_what_it_reads_it_prints(text in "\\PC*|[a-z0-9]{5,19}") {
            let read = LoginId::parse(&text);
            if let Ok(id) = &read {
                prop_assert_eq!(id.as_str(), text.as_str());
            }
            let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            prop_assert_eq!(read.is_ok(), plain && (6..=18).contains(&text.len()));
        }
    }
}
