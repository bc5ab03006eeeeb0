//! The way a word says why a text is not one: a stable reason and a sentence in both languages.
//! It never repeats the text: that may be somebody's phone number.

use std::{borrow::Cow, error::Error, fmt};

/// Why a text is not the word it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Stable, for programs: `NOT_A_DAY`.
    pub reason: &'static str,
    /// For people, in English.
    pub en: Cow<'static, str>,
    /// For people, in Korean.
    pub ko: Cow<'static, str>,
}

impl Wrong {
    /// Nothing was given where something is needed.
    pub const MISSING: Self = Self::new("MISSING", "This is required.", "필수 항목입니다.");

    /// A reason with its fixed sentences.
    pub const fn new(reason: &'static str, en: &'static str, ko: &'static str) -> Self {
        Self { reason, en: Cow::Borrowed(en), ko: Cow::Borrowed(ko) }
    }

    /// The same reason with sentences that name a limit or a prefix.
    pub fn said(self, en: impl Into<Cow<'static, str>>, ko: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: self.reason, en: en.into(), ko: ko.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl Error for Wrong {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stays_when_its_sentence_names_more() {
        let said = Wrong::MISSING.said("The name is required.", "이름은 필수입니다.");
        assert_eq!((said.reason, said.to_string()), ("MISSING", "The name is required.".to_owned()));
        assert_eq!(said.ko, "이름은 필수입니다.");
    }
}
