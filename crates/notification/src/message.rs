//! A message that was asked for (NO-1): `queued → accepted → delivered | failed`. What it says is sealed until it is
//! handed over and erased then (NO-4); what became of it is told to whoever asked.

pub mod claim;
pub mod hand_over;
pub mod queue;
pub mod record;
pub mod table;
pub mod views;

use std::fmt;

use contract::notification::v1 as pb;
use flow::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::channel::{Channel, Medium};

/// How far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    /// Taken over from the asking service.
    Queued,
    /// Handed over.
    Accepted,
    /// Arrived.
    Delivered,
    /// Will not arrive.
    Failed,
}

/// Why a message will not arrive, or did not yet: a code, never an address (NO-4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// No template of this name for this medium.
    TemplateUnknown,
    /// The template names a variable that was not given.
    VariableMissing(String),
    /// More than the carriers carry.
    TextTooLong,
    /// The picture it carries was not offered.
    PictureMissing,
    /// What was sealed does not open, or says nobody.
    Unreadable,
    /// The mail server or carrier says never; its code, as far as it is one ([`code`]).
    Refused(String),
    /// The mail server or carrier says not now, or nothing; its code.
    Unreachable(String),
}

/// What others say of a message is kept only as a code: a sentence, or anything with as many digits as a telephone
/// number, may tell who it was for (NO-4).
pub fn code(said: &str) -> String {
    let is_code = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let digits = said.chars().filter(char::is_ascii_digit).count();
    let short = (1..=40).contains(&said.len()) && digits <= 6;
    if short && said.chars().all(is_code) { said.to_owned() } else { "UNCLEAR".to_owned() }
}

/// Who goes first, and by which road: lanes do not wait for each other (NO-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// By which road.
    pub medium: Medium,
    /// One-time codes, or everything else.
    pub urgent: bool,
}

/// A message, without what it says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    id: Uuid,
    reference: String,
    urgent: bool,
    state: State,
    channel: Option<Channel>,
    reason: String,
    attempts: i32,
    asked_at: Instant,
    due_at: Instant,
}

impl State {
    const ALL: [Self; 4] = [Self::Queued, Self::Accepted, Self::Delivered, Self::Failed];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// From how it is stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

impl From<State> for pb::MessageState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Accepted => Self::Accepted,
            State::Delivered => Self::Delivered,
            State::Failed => Self::Failed,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TemplateUnknown => f.write_str("TEMPLATE_UNKNOWN"),
            Self::VariableMissing(name) => write!(f, "VARIABLE_MISSING({name})"),
            Self::TextTooLong => f.write_str("TEXT_TOO_LONG"),
            Self::PictureMissing => f.write_str("PICTURE_MISSING"),
            Self::Unreadable => f.write_str("UNREADABLE"),
            Self::Refused(code) => write!(f, "REFUSED({code})"),
            Self::Unreachable(code) => write!(f, "UNREACHABLE({code})"),
        }
    }
}

impl Message {
    /// What the carrier said later; true if it is news. It may say so before its answer to the hand-over is recorded,
    /// or although that answer was lost.
    pub(crate) fn arrived(&mut self, failed: Option<Failure>) -> bool {
        let handed_over = self.state == State::Accepted || self.state == State::Queued && self.attempts > 0;
        if !handed_over {
            return false;
        }
        (self.state, self.reason) = match failed {
            None => (State::Delivered, String::new()),
            Some(why) => (State::Failed, why.to_string()),
        };
        true
    }

    /// What its asker is told.
    pub(crate) fn report(&self, at: Instant) -> pb::MessageReport {
        pb::MessageReport {
            message_id: self.id.to_string(),
            reference: self.reference.clone(),
            state: pb::MessageState::from(self.state).into(),
            at: contract::timestamp(at),
            reason: self.reason.clone(),
        }
    }
}

/// Tells what became of messages, a batch at a time; in the order it became so.
pub(crate) fn tell(tx: &mut flow::Tx, reports: Vec<pb::MessageReport>) {
    const MOST: usize = 1_000;
    let version = tx.now().timestamp_micros();
    for part in reports.chunks(MOST) {
        tx.announce("messages", version, pb::MessagesReported { reports: part.to_vec() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // NO-4
    #[test]
    fn only_a_code_is_kept_of_what_others_say() {
        for fine in ["0", "4410", "NO_SUCH_NUMBER", "5.1.1", "HTTP_503"] {
            assert_eq!(code(fine), fine);
        }
        let long = "X".repeat(41);
        for unclear in ["", "01000001234", "user minsu@example.com unknown", "a\nb:0", "010-0000-1234", &long, "없음"]
        {
            assert_eq!(code(unclear), "UNCLEAR", "{unclear}");
        }
    }
}
