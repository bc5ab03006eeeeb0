//! An e-mail address: what mail servers really accept, not all that the standard allows. The domain is lower-cased;
//! the local part is its server's business and stays.

use serde::{Deserialize, Serialize};

use crate::{Wrong, mask};

/// The longest address that can be delivered (RFC 5321).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// An e-mail address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// `kim@example.com`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_AN_EMAIL: Wrong =
            Wrong::new("NOT_AN_EMAIL", "This is not an e-mail address.", "올바른 이메일 주소가 아닙니다.");
        let text = text.trim();
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(NOT_AN_EMAIL)?;
        if text.len() > LONGEST || !is_local(local) || !is_domain(domain) {
            return Err(NOT_AN_EMAIL);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The first two characters of the local part, then stars, and the domain.
    pub fn masked(&self) -> String {
        mask::email(&self.0)
    }
}

fn is_local(local: &str) -> bool {
    (1..=LONGEST_LOCAL).contains(&local.len())
        && local.split('.').all(|atom| !atom.is_empty())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
}

fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|l| label(l))
        && labels.last().is_some_and(|top| top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit()))
}

crate::text::spoken!(Email);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_domain_is_lower_cased() {
        assert_eq!(Email::parse(" Kim.Lee+a@Example.CO.KR ").unwrap().as_str(), "Kim.Lee+a@example.co.kr");
        assert_eq!(Email::parse("kim@xn--9t4b11yi5a.kr").unwrap().domain(), "xn--9t4b11yi5a.kr");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "kim",
            "@example.com",
            "kim@",
            "kim@example",
            "kim@@example.com",
            "ki m@example.com",
            "kim@exa mple.com",
            ".kim@example.com",
            "kim..lee@example.com",
            "kim@-example.com",
            "kim@example.1",
            "kim\n@example.com",
            "김@example.com",
            "kim@127.0.0.1",
            "<kim@example.com>",
            &long,
        ] {
            assert_eq!(Email::parse(text).unwrap_err().reason, "NOT_AN_EMAIL", "{text}");
        }
    }

    #[test]
    fn debug_shows_the_mask_only() {
        assert_eq!(format!("{:?}", Email::parse("jungkim@example.com").unwrap()), "ju***@example.com");
    }

    #[test]
    fn the_longest_parts_are_taken_and_no_longer_ones() {
        let address = |local: usize, label: usize, more: usize| {
            format!("{}@{}{}.kr", "a".repeat(local), "b".repeat(label), ".cc".repeat(more))
        };
        assert!(Email::parse(&address(64, 63, 0)).is_ok());
        assert!(Email::parse(&address(65, 63, 0)).is_err() && Email::parse(&address(64, 64, 0)).is_err());
        assert_eq!(address(64, 63, 41).len(), 254);
        assert!(Email::parse(&address(64, 63, 41)).is_ok() && Email::parse(&address(64, 62, 42)).is_err());
        for text in ["kim@example-.com", "kim@example.c", "kim@a..kr", "kim@b_c.kr", "ki,m@example.com"] {
            assert_eq!(Email::parse(text).unwrap_err().reason, "NOT_AN_EMAIL", "{text}");
        }
        assert!(Email::parse("kim@x-1.c2").is_ok() && Email::parse("!#$%&'*+-/=?^_`{|}~@example.com").is_ok());
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser_and_what_it_prints_it_reads(
            text in "\\PC*|\\PC{0,9}@\\PC{0,9}|[a-zA-Z.+]{1,9}@[a-zA-Z0-9.-]{1,20}\\.[a-z]{2,5}"
        ) {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                prop_assert!(!email.as_str().contains(char::is_whitespace) && email.domain().contains('.'));
            }
        }
    }
}
