//! What a customer writes on a transfer so that it finds its order or purchase (BI-11): the last ten letters of the id,
//! in capitals, which are random.

use std::fmt;

use serde::{Deserialize, Serialize};

const LENGTH: usize = 10;

/// `7Q2M9KX4TB`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// Of an id.
    pub fn of(id: impl fmt::Display) -> Self {
        let id = id.to_string();
        Self(id[id.len().saturating_sub(LENGTH)..].to_ascii_uppercase())
    }

    /// What somebody wrote: a whole id, or the reference in any case and with blanks.
    pub fn read(text: &str) -> Self {
        let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        Self::of(letters)
    }

    /// Its letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::OrderId;

    // BI-11
    #[test]
    fn a_transfer_finds_its_order_however_it_is_written() {
        let id = OrderId::new(uuid::Uuid::from_u128(0x0192_d3c4_0000_7000_8123_4567_89ab_cdef));
        let reference = Reference::of(id);
        assert_eq!(reference.as_str().len(), 10);
        assert_eq!(Reference::read(&id.to_string()), reference);
        assert_eq!(Reference::read(&format!(" {}", reference.as_str().to_lowercase())), reference);
        assert_eq!(Reference::read("").as_str(), "");
    }
}
