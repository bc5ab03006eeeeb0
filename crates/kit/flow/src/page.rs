//! Pages: `page_size` (too large is made smaller, negative refused) and an opaque `page_token` that fits only its filter.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::refusal::{Refusal, code};

const DEFAULT: u64 = 10;
const MOST: u64 = 1000;

/// The token is not one of ours, or of another list.
pub const PAGE_TOKEN_INVALID: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "PAGE_TOKEN_INVALID",
    "This page token does not belong to this list and filter. Start again without one.",
    "이 목록과 조건에 맞지 않는 page_token 입니다. 토큰 없이 다시 시작하세요.",
);
/// Negative.
pub const PAGE_SIZE_NEGATIVE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "PAGE_SIZE_NEGATIVE",
    "page_size cannot be negative.",
    "page_size 는 음수일 수 없습니다.",
);

/// One page asked for.
#[derive(Debug, Clone)]
pub struct Page {
    size: u64,
    after: Option<String>,
    filter: String,
}

#[derive(Serialize, Deserialize)]
struct Token {
    filter: String,
    after: String,
}

impl Page {
    /// Reads the request's two fields; `filter` is everything else that decides what the list holds.
    pub fn parse(size: i32, token: &str, filter: &impl Serialize) -> Result<Self, Refusal> {
        let size = u64::try_from(size).map_err(|_| PAGE_SIZE_NEGATIVE.violation("page_size", "negative"))?;
        let size = if size == 0 { DEFAULT } else { size.min(MOST) };
        let filter = hash(filter);
        let after = match token {
            "" => None,
            _ => Some(read(token).filter(|t| t.filter == filter).ok_or(PAGE_TOKEN_INVALID)?.after),
        };
        Ok(Self { size, after, filter })
    }

    /// How many rows to fetch: one more than is shown, to know whether there is a next page.
    pub fn fetch(&self) -> u64 {
        self.size + 1
    }

    /// The last row's key of the page before, as the view gave it to [`Page::cut`].
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// The same, parsed; a token that was tampered with is refused.
    pub fn after_as<T: std::str::FromStr>(&self) -> Result<Option<T>, Refusal> {
        self.after.as_deref().map(|a| a.parse().map_err(|_| PAGE_TOKEN_INVALID)).transpose()
    }

    /// Cuts the extra row and makes the next page's token (empty at the end).
    pub fn cut<T>(&self, rows: &mut Vec<T>, key: impl Fn(&T) -> String) -> String {
        if rows.len() as u64 <= self.size {
            return String::new();
        }
        rows.truncate(usize::try_from(self.size).unwrap_or(usize::MAX));
        let Some(last) = rows.last() else { return String::new() };
        let token = Token { filter: self.filter.clone(), after: key(last) };
        hex(&serde_json::to_vec(&token).unwrap_or_default())
    }
}

fn hash(filter: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(filter).unwrap_or_default();
    hex(&Sha256::digest(bytes)[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn read(token: &str) -> Option<Token> {
    let bytes: Option<Vec<u8>> = (0..token.len() / 2)
        .map(|i| token.get(i * 2..i * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    // Only as it was written: an odd letter behind it or a `+` before a digit is no token of ours.
    let bytes = bytes.filter(|bytes| hex(bytes) == token)?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_fits_only_its_filter() {
        let page = Page::parse(2, "", &"state=paid").unwrap();
        let mut rows = vec![1, 2, 3];
        let token = page.cut(&mut rows, i32::to_string);
        assert_eq!(rows, [1, 2]);
        assert_eq!(Page::parse(2, &token, &"state=paid").unwrap().after_as::<i32>().unwrap(), Some(2));
        assert_eq!(Page::parse(2, &token, &"state=all").unwrap_err().reason(), "PAGE_TOKEN_INVALID");
        assert_eq!(Page::parse(2, "zz✓", &"").unwrap_err().reason(), "PAGE_TOKEN_INVALID");
        assert_eq!(Page::parse(-1, "", &"").unwrap_err().reason(), "PAGE_SIZE_NEGATIVE");
    }

    proptest! {
        #[test]
        fn no_token_breaks_the_reader(token in "\\PC*|[0-9a-f]{0,80}|[+0-9a-f]{2,10}", size: i32) {
            match Page::parse(size, &token, &"f") {
                Ok(page) => prop_assert!(token.is_empty() && page.fetch() <= MOST + 1),
                Err(no) => prop_assert!(["PAGE_TOKEN_INVALID", "PAGE_SIZE_NEGATIVE"].contains(&no.reason())),
            }
        }

        #[test]
        fn a_token_gives_back_its_key_and_has_one_text(key: String, extra in "[0-9a-fA-F+ ]") {
            let page = Page::parse(1, "", &"f").unwrap();
            let token = page.cut(&mut vec![0, 1], |_| key.clone());
            let next = Page::parse(1, &token, &"f").unwrap();
            prop_assert_eq!(next.after(), Some(key.as_str()));
            let longer = [token.as_str(), extra.as_str()].concat();
            prop_assert!(Page::parse(1, &longer, &"f").is_err());
            prop_assert!(Page::parse(1, &token.to_uppercase(), &"f").is_err());
        }
    }
}
