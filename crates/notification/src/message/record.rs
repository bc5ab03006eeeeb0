//! Records what a hand-over brought (NO-1): accepted, delivered, failed for good, or to be tried again later: six times
//! in all, a code within seconds, everything else within hours. What was handed over is erased (NO-4).

use chrono::Duration;
use flow::{Instant, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Failure, Message, State, table, tell};
use crate::channel::Channel;

/// Waits between the tries of a one-time code, which is of no use for long.
const URGENT: [Duration; 5] =
    [Duration::seconds(1), Duration::seconds(2), Duration::seconds(5), Duration::seconds(15), Duration::seconds(30)];
/// Waits between the tries of everything else.
const PATIENT: [Duration; 5] =
    [Duration::seconds(10), Duration::minutes(1), Duration::minutes(5), Duration::minutes(30), Duration::hours(2)];

/// What one hand-over brought.
#[derive(Debug, Serialize)]
pub struct RecordHandOver {
    /// The lease it was done under; whatever is no longer under it is somebody else's.
    pub lease: Uuid,
    /// Each message.
    pub handed: Vec<Handed>,
}

/// What became of one message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Handed {
    /// The asker's id.
    pub id: Uuid,
    /// How it travelled, if it came so far.
    pub channel: Option<Channel>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a mail server or carrier says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It took it; more may be heard.
    Accepted,
    /// It is there.
    Delivered,
    /// It will never be.
    Never(Failure),
    /// Not now.
    Later(Failure),
}

impl Message {
    /// True if its asker has something to hear.
    fn handed_over(&mut self, handed: &Handed, now: Instant) -> bool {
        self.channel = handed.channel;
        let waits = if self.urgent { URGENT } else { PATIENT };
        let tried = usize::try_from(self.attempts - 1).unwrap_or_default();
        (self.state, self.reason) = match &handed.outcome {
            Outcome::Accepted => (State::Accepted, String::new()),
            Outcome::Delivered => (State::Delivered, String::new()),
            Outcome::Never(why) => (State::Failed, why.to_string()),
            Outcome::Later(why) => match waits.get(tried) {
                Some(wait) => {
                    self.due_at = now + *wait;
                    (State::Queued, why.to_string())
                }
                None => (State::Failed, why.to_string()),
            },
        };
        self.state != State::Queued
    }
}

impl Verb for RecordHandOver {
    const NAME: &'static str = "RecordHandOver";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let now = tx.now();
        let mut ours = table::lock_leased(tx, self.lease).await?;
        let mut reports = Vec::with_capacity(ours.len());
        for handed in &self.handed {
            let Some(message) = ours.get_mut(&handed.id) else { continue };
            if message.handed_over(handed, now) {
                reports.push(message.report(now));
            }
        }
        table::save(tx, ours.into_values()).await?;
        tell(tx, reports);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(attempts: i32, urgent: bool) -> Message {
        let due_at = "2026-11-23T01:00:00Z".parse().unwrap();
        let (state, reason) = (State::Queued, String::new());
        Message { id: Uuid::nil(), reference: String::new(), urgent, state, channel: None, reason, attempts, due_at }
    }

    fn later(message: &mut Message) -> bool {
        let now = message.due_at;
        let outcome = Outcome::Later(Failure::Unreachable("503".into()));
        message.handed_over(&Handed { id: message.id, channel: Some(Channel::Sms), outcome }, now)
    }

    // NO-1
    #[test]
    fn a_code_is_tried_again_within_seconds_and_the_rest_within_hours() {
        let (mut code, mut gift) = (tried(1, true), tried(1, false));
        let start = code.due_at;
        assert!(!later(&mut code) && !later(&mut gift));
        assert_eq!((code.due_at - start, gift.due_at - start), (Duration::seconds(1), Duration::seconds(10)));
        assert_eq!(gift.reason, "UNREACHABLE(503)");
    }

    // NO-1
    #[test]
    fn the_sixth_try_is_the_last() {
        assert!(!later(&mut tried(5, false)));
        let mut last = tried(6, false);
        assert!(later(&mut last));
        assert_eq!(last.state, State::Failed);
    }
}
