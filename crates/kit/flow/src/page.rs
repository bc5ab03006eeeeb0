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
    serde_json::from_slice(&bytes?).ok()
}

#[cfg(test)]
mod tests {
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
}
