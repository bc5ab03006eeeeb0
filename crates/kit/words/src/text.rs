//! Free text from people: trimmed, not empty, not too long (in characters), and without control characters, which have
//! no business in names and titles and forge lines in logs and files. Invisible direction marks count as such.

use crate::Wrong;

/// One line: a name, a title.
pub fn line(text: &str, longest: usize) -> Result<String, Wrong> {
    checked(text, longest, |c| c.is_control() || is_line_separator(c) || is_direction_mark(c))
}

/// Several lines: a note, a message. Line ends become `\n`; tabs may stay.
pub fn body(text: &str, longest: usize) -> Result<String, Wrong> {
    let text = text.replace("\r\n", "\n");
    checked(&text, longest, |c| (c.is_control() && c != '\n' && c != '\t') || is_direction_mark(c))
}

/// One line or nothing.
pub fn optional(text: &str, longest: usize) -> Result<Option<String>, Wrong> {
    if text.trim().is_empty() { Ok(None) } else { line(text, longest).map(Some) }
}

/// Several lines or nothing.
pub fn optional_body(text: &str, longest: usize) -> Result<Option<String>, Wrong> {
    if text.trim().is_empty() { Ok(None) } else { body(text, longest).map(Some) }
}

fn checked(text: &str, longest: usize, forbidden: impl Fn(char) -> bool) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Wrong::MISSING);
    }
    if text.chars().count() > longest {
        return Err(Wrong::new("TOO_LONG", "", "")
            .said(format!("At most {longest} characters."), format!("최대 {longest}자까지 입력할 수 있습니다.")));
    }
    if text.chars().any(forbidden) {
        return Err(Wrong::new(
            "NOT_PLAIN_TEXT",
            "Control characters are not allowed here.",
            "제어 문자는 입력할 수 없습니다.",
        ));
    }
    Ok(text.to_owned())
}

fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

/// How a word that is a text is shown and read: printed whole, masked in Debug, parsed from text and through serde by its
/// own `parse`.
macro_rules! spoken {
    ($word:ident) => {
        impl $word {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.masked())
            }
        }

        impl std::str::FromStr for $word {
            type Err = $crate::Wrong;
            fn from_str(text: &str) -> Result<Self, $crate::Wrong> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $word {
            type Error = $crate::Wrong;
            fn try_from(text: String) -> Result<Self, $crate::Wrong> {
                Self::parse(&text)
            }
        }

        impl From<$word> for String {
            fn from(word: $word) -> Self {
                word.0
            }
        }
    };
}
pub(crate) use spoken;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_trimmed_and_plain() {
        assert_eq!(line("  주식회사 두레 ", 10).unwrap(), "주식회사 두레");
        assert_eq!(line("   ", 10).unwrap_err(), Wrong::MISSING);
        assert_eq!(line("가나다", 2).unwrap_err().reason, "TOO_LONG");
        assert_eq!(line("가나다", 2).unwrap_err().en, "At most 2 characters.");
        for text in ["a\nb", "a\0b", "a\u{2028}b", "a\u{202E}b", "a\x1b[31mb"] {
            assert_eq!(line(text, 100).unwrap_err().reason, "NOT_PLAIN_TEXT");
        }
    }

    #[test]
    fn a_body_keeps_its_lines() {
        assert_eq!(body("a\r\nb\tc\n", 100).unwrap(), "a\nb\tc");
        assert_eq!(body("a\0b", 100).unwrap_err().reason, "NOT_PLAIN_TEXT");
        assert_eq!(optional(" ", 5).unwrap(), None);
        assert_eq!(optional(" a ", 5).unwrap().as_deref(), Some("a"));
    }

    #[test]
    fn the_longest_text_is_taken_and_marks_of_direction_never() {
        assert_eq!(line("가나다", 3).unwrap(), "가나다");
        assert_eq!(body("가\n다", 3).unwrap(), "가\n다");
        assert_eq!(optional_body("  ", 5).unwrap(), None);
        assert_eq!(optional_body(" a\nb ", 5).unwrap().as_deref(), Some("a\nb"));
        for mark in ['\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}', '\u{200E}', '\u{200F}'] {
            assert_eq!(line(&format!("a{mark}b"), 9).unwrap_err().reason, "NOT_PLAIN_TEXT");
            assert_eq!(body(&format!("a{mark}b"), 9).unwrap_err().reason, "NOT_PLAIN_TEXT");
        }
        assert_eq!(line("a\u{2029}b", 9).unwrap_err().reason, "NOT_PLAIN_TEXT");
        assert!(body("a\u{2028}b", 9).is_ok() && line("a\u{200D}b", 9).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_let_through_is_plain_and_is_let_through_again(text: String, longest in 1usize..60) {
            if let Ok(line) = line(&text, longest) {
                prop_assert!(!line.contains(char::is_control) && line.chars().count() <= longest);
                prop_assert_eq!(super::line(&line, longest), Ok(line));
            }
            if let Ok(body) = body(&text, longest) {
                prop_assert!(!body.contains('\0') && body.chars().count() <= longest);
                prop_assert_eq!(super::body(&body, longest), Ok(body));
            }
        }
    }
}
