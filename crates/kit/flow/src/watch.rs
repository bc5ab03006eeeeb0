//! The steps between which a process may die. A simulation watches them to stop a service there or let it die, and a
//! sabotaged build dies at the one it was told; nobody watches a real one.

/// A step that was just taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The transaction is open.
    Begun,
    /// The request id is claimed in it.
    Claimed,
    /// The verb, the answer and the outbox are written; not committed.
    Performed,
    /// Committed; nobody was told yet.
    Committed,
    /// The relay has read what is unsent.
    Taken,
    /// The bus has answered; nothing is marked as sent.
    Published,
    /// Marked as sent.
    Marked,
}

impl Point {
    /// As a report names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Claimed => "claimed",
            Self::Performed => "before-commit",
            Self::Committed => "after-commit",
            Self::Taken => "relay-before-publish",
            Self::Published => "relay-after-publish",
            Self::Marked => "relay-marked",
        }
    }
}

/// Sees a service's steps, and may keep it at one.
#[async_trait::async_trait]
pub trait Watch: Send + Sync {
    /// The service goes on when this returns.
    async fn at(&self, point: Point);
}
