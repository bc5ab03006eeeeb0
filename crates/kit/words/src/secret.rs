//! A value that must not be shown: a password, a token, a code. `Debug` is redacted and there is no `Display`; whoever
//! needs it says [`Secret::expose`], which a reviewer can search for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that is not shown.
///
/// `Serialize` writes the inner value, for one reason only: a command is serialised to be hashed under a key, so that
/// a repeated request can be compared with the first. Never serialise one into anything that is kept or sent.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Keeps it from being shown.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_shown() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "(secret)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn it_is_taken_out_whole() {
        assert_eq!(Secret::from("hunter2").into_inner(), "hunter2");
        assert_eq!(serde_json::to_string(&Secret::new(7)).unwrap(), "7");
    }
}
