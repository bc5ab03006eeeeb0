//! Typed ids: a UUID that knows what it names, on the wire a prefix and 26 letters (`ord_01j9z4…`), so that one kind
//! can never stand where another is meant, nor a person mistake them. One id has exactly one text.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Wrong;

/// Declares a typed id: `typed_id!(/// An order.  pub OrderId, "ord");`
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $visible:vis $name:ident, $prefix:literal $(;)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visible struct $name($crate::__id::Uuid);

        impl $name {
            /// What its texts begin with, before the `_`.
            pub const PREFIX: &'static str = $prefix;

            /// This UUID as the id.
            pub const fn new(uuid: $crate::__id::Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID it is stored as.
            pub const fn uuid(self) -> $crate::__id::Uuid {
                self.0
            }

            /// Reads its text.
            pub fn parse(text: &str) -> Result<Self, $crate::Wrong> {
                $crate::__id::read(Self::PREFIX, text).map(Self)
            }
        }

        impl From<$crate::__id::Uuid> for $name {
            fn from(uuid: $crate::__id::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for $crate::__id::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::__id::write(Self::PREFIX, self.0, f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::Wrong;
            fn from_str(text: &str) -> Result<Self, $crate::Wrong> {
                Self::parse(text)
            }
        }

        impl $crate::__id::serde::Serialize for $name {
            fn serialize<S: $crate::__id::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> $crate::__id::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__id::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <::std::string::String as $crate::__id::serde::Deserialize>::deserialize(from)?;
                Self::parse(&text).map_err($crate::__id::serde::de::Error::custom)
            }
        }
    };
}

typed_id!(
    /// A company.
    pub CompanyId, "com"
);
typed_id!(
    /// An account.
    pub AccountId, "acc"
);
typed_id!(
    /// A site: one company's use of the product.
    pub SiteId, "sit"
);
typed_id!(
    /// A session.
    pub SessionId, "ses"
);

/// The id a caller chose for a request, so that doing it twice does it once: any UUID but the empty one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(Uuid);

impl RequestId {
    /// `0192d3c4-…`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_A_UUID: Wrong = Wrong::new(
            "NOT_A_UUID",
            "Give a UUID you chose for this request.",
            "요청마다 새로 정한 UUID를 입력하세요.",
        );
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        Uuid::try_parse(text).ok().filter(|uuid| !uuid.is_nil()).map(Self).ok_or(NOT_A_UUID)
    }

    /// The UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for RequestId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl From<RequestId> for Uuid {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for RequestId {
    type Err = Wrong;
    fn from_str(text: &str) -> Result<Self, Wrong> {
        Self::parse(text)
    }
}

/// Crockford's base32, lower case: no `i`, `l`, `o`, `u`.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// Writes `prefix_` and the letters.
pub fn write(prefix: &str, uuid: Uuid, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let bits = uuid.as_u128();
    let letters: String =
        (0..LENGTH).rev().map(|place| char::from(LETTERS[(bits >> (5 * place)) as usize & 31])).collect();
    write!(f, "{prefix}_{letters}")
}

/// Reads what [`write`] writes and nothing else.
pub fn read(prefix: &str, text: &str) -> Result<Uuid, Wrong> {
    if text.is_empty() {
        return Err(Wrong::MISSING);
    }
    text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).and_then(letters).ok_or_else(|| {
        Wrong::new("NOT_AN_ID", "", "").said(
            format!("Give an id that begins with {prefix}_ as it was answered."),
            format!("{prefix}_로 시작하는 ID를 그대로 입력하세요."),
        )
    })
}

fn letters(text: &str) -> Option<Uuid> {
    // 26 letters carry 130 bits: the first one only three.
    if text.len() != LENGTH || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes()
        .try_fold(0u128, |bits, letter| {
            let value = LETTERS.iter().position(|l| *l == letter)?;
            Some(bits << 5 | value as u128)
        })
        .map(Uuid::from_u128)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    typed_id!(
        /// An order.
        pub OrderId, "ord"
    );

    #[test]
    fn an_id_says_what_it_names() {
        let id = OrderId::new(Uuid::from_u128(0x0192_d3c4_0000_7000_8000_0000_0000_0001));
        assert_eq!(id.to_string().len(), "ord_".len() + 26);
        assert!(id.to_string().starts_with("ord_01j"));
        assert_eq!(id.to_string().parse::<OrderId>(), Ok(id));
        let wrong = CompanyId::parse(&id.to_string()).unwrap_err();
        assert_eq!(wrong.reason, "NOT_AN_ID");
        assert!(wrong.en.contains("com_") && wrong.ko.contains("com_"));
    }

    #[test]
    fn one_id_has_one_text() {
        let text = OrderId::new(Uuid::from_u128(u128::MAX)).to_string();
        assert_eq!(text, "ord_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        for wrong in [
            "ord_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "ord_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "ord_7zzzzzzzzzzzzzzzzzzzzzzzz",
            "ord_7zzzzzzzzzzzzzzzzzzzzzzzzl",
            "ord7zzzzzzzzzzzzzzzzzzzzzzzzz",
            "ord_",
            "ord",
            "_",
            "가나다라마바사아자",
        ] {
            assert_eq!(OrderId::parse(wrong).unwrap_err().reason, "NOT_AN_ID", "{wrong}");
        }
        assert_eq!(OrderId::parse("").unwrap_err(), Wrong::MISSING);
    }

    #[test]
    fn a_request_id_is_any_uuid_but_the_empty_one() {
        assert!(RequestId::parse("0192d3c4-0000-7000-8000-000000000001").is_ok());
        assert_eq!(RequestId::parse("00000000-0000-0000-0000-000000000000").unwrap_err().reason, "NOT_A_UUID");
        assert_eq!(RequestId::parse("x").unwrap_err().reason, "NOT_A_UUID");
    }

    #[test]
    fn a_request_id_is_shown_as_the_uuid_it_is() {
        let text = "0192d3c4-0000-7000-8000-000000000001";
        let id: RequestId = text.parse().unwrap();
        assert_eq!((id.to_string(), format!("{id:?}")), (text.to_owned(), text.to_owned()));
        assert_eq!(RequestId::from(Uuid::from(id)).uuid(), id.uuid());
        assert_eq!(RequestId::parse("").unwrap_err(), Wrong::MISSING);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_sorts_alike(a: u128, b: u128) {
            let (a, b) = (OrderId::new(Uuid::from_u128(a)), OrderId::new(Uuid::from_u128(b)));
            prop_assert_eq!(OrderId::parse(&a.to_string()), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            let json = serde_json::to_string(&a).unwrap();
            prop_assert_eq!(serde_json::from_str::<OrderId>(&json).unwrap(), a);
        }

        #[test]
        fn no_text_breaks_the_parser_and_one_id_has_one_text(text in "\\PC*|ord_[0-9a-z]{26}|ORD_[0-9A-Z]{26}") {
            if let Ok(id) = OrderId::parse(&text) {
                prop_assert_eq!(id.to_string(), text.as_str());
            }
            let _ = RequestId::parse(&text);
        }

        #[test]
        fn a_request_id_is_read_as_it_is_written(uuid in 1u128..) {
            let id = RequestId::from(Uuid::from_u128(uuid));
            prop_assert_eq!(RequestId::parse(&id.to_string()), Ok(id));
        }
    }
}
