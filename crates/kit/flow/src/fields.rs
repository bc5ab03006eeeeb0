//! Reading a request's fields into words: every wrong one is gathered before the request is refused.

use std::{cell::RefCell, str::FromStr};

use uuid::Uuid;
use words::{RequestId, Wrong};

use crate::refusal::{Refusal, code};

/// Some fields are wrong; each is named with the way out.
pub const INVALID_FIELDS: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "INVALID_FIELDS",
    "Some fields are wrong: {fields}. Each violation says why.",
    "잘못된 항목이 있습니다: {fields}. 항목별 사유를 확인해 주세요.",
);

const REQUEST_ID_MISSING: Wrong = Wrong::new(
    "REQUEST_ID_MISSING",
    "Every write needs a UUID of your choice here (over HTTP: the Idempotency-Key header); sending it again does nothing \
     twice.",
    "쓰기 요청에는 직접 고른 UUID가 필요합니다 (HTTP에서는 Idempotency-Key 헤더).",
);

/// A request being read.
#[derive(Default)]
pub struct Fields {
    wrong: RefCell<Vec<(String, Wrong)>>,
}

impl Fields {
    /// Nothing wrong so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// A word, or a note of why it is none.
    pub fn word<T>(&self, field: &str, word: Result<T, Wrong>) -> Option<T> {
        word.map_err(|why| self.wrong.borrow_mut().push((field.to_owned(), why))).ok()
    }

    /// A word parsed from text.
    pub fn parse<T: FromStr<Err = Wrong>>(&self, field: &str, text: &str) -> Option<T> {
        self.word(field, text.parse())
    }

    /// A word that may be left out: empty text is `None`.
    pub fn optional<T: FromStr<Err = Wrong>>(&self, field: &str, text: &str) -> Option<Option<T>> {
        if text.is_empty() { Some(None) } else { self.parse(field, text).map(Some) }
    }

    /// The caller's id of a write (S42).
    pub fn request_id(&self, text: &str) -> Option<Uuid> {
        self.word("request_id", RequestId::parse(text).map(RequestId::uuid).map_err(|_| REQUEST_ID_MISSING))
    }

    /// A condition on a field.
    pub fn must(&self, holds: bool, field: &str, why: Wrong) -> Option<()> {
        self.word(field, if holds { Ok(()) } else { Err(why) })
    }

    /// All of them, or the refusal that names every wrong one.
    pub fn all<W: Words>(&self, words: W) -> Result<W::Read, Refusal> {
        let wrong = self.wrong.take();
        match words.read() {
            Some(read) if wrong.is_empty() => Ok(read),
            _ => Err(refuse(&wrong)),
        }
    }
}

fn refuse(wrong: &[(String, Wrong)]) -> Refusal {
    invalid_fields(wrong.iter().map(|(field, why)| (field.clone(), format!("{}: {} / {}", why.reason, why.en, why.ko))))
}

/// The refusal that names each field and why it is wrong.
pub fn invalid_fields(wrong: impl IntoIterator<Item = (String, String)>) -> Refusal {
    let wrong = wrong.into_iter().collect::<Vec<_>>();
    let mut names = wrong.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>();
    names.dedup();
    let names = names.join(", ");
    wrong.into_iter().fold(INVALID_FIELDS.with("fields", names), |no, (field, why)| no.violation(field, why))
}

/// Some words, each there or not.
pub trait Words {
    /// All there.
    type Read;
    /// All of them, if none is missing.
    fn read(self) -> Option<Self::Read>;
}

macro_rules! words_of {
    ($($name:ident),+) => {
        impl<$($name),+> Words for ($(Option<$name>,)+) {
            type Read = ($($name,)+);
            #[expect(non_snake_case, reason = "the tuple's places are named after their types")]
            fn read(self) -> Option<Self::Read> {
                let ($($name,)+) = self;
                Some(($($name?,)+))
            }
        }
    };
}
words_of!(A);
words_of!(A, B);
words_of!(A, B, C);
words_of!(A, B, C, D);
words_of!(A, B, C, D, E);
words_of!(A, B, C, D, E, F);
words_of!(A, B, C, D, E, F, G);
words_of!(A, B, C, D, E, F, G, H);
words_of!(A, B, C, D, E, F, G, H, I);
words_of!(A, B, C, D, E, F, G, H, I, J);
words_of!(A, B, C, D, E, F, G, H, I, J, K);
words_of!(A, B, C, D, E, F, G, H, I, J, K, L);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let f = Fields::new();
        let missing = |field: &str| f.word::<i32>(field, Err(Wrong::MISSING));
        let no = f.all((missing("seats"), missing("term"), missing("term"), Some(1))).unwrap_err();
        assert_eq!(no.violations().len(), 3);
        assert_eq!(no.detail("fields"), Some("seats, term"));
    }
}
