//! Ids as the API writes them (`ord_01j…`) and as the databases keep them (a UUID).

use std::fmt;

use anyhow::Context as _;
use uuid::Uuid;

/// The UUID of a text.
pub fn uuid_of(text: &str) -> anyhow::Result<Uuid> {
    let (prefix, _) = text.split_once('_').with_context(|| format!("{text} is no id"))?;
    words::__id::read(prefix, text).map_err(|_| anyhow::anyhow!("{text} is no id"))
}

/// The text of a UUID.
pub fn text_of(prefix: &str, id: Uuid) -> String {
    struct Text<'a>(&'a str, Uuid);
    impl fmt::Display for Text<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            words::__id::write(self.0, self.1, f)
        }
    }
    Text(prefix, id).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = Uuid::from_u128(0x1234_5678_9abc_def0_1122_3344_5566_7788);
        assert_eq!(uuid_of(&text_of("ord", id)).unwrap(), id);
        assert!(uuid_of("ord").is_err());
    }
}
