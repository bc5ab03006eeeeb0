//! Records what a hand-over brought (NO-1): accepted, delivered, failed for good, or to be tried again later: six times
//! in all, a code within seconds, everything else within hours. What was handed over is erased (NO-4). A carrier that
//! asks for peace gets it (NO-2): no try is counted then, but after a day the message has failed all the same.

use chrono::Duration;
use flow::{Instant, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Failure, Message, State, table, tell};
use crate::{
    channel::{Channel, Medium},
    pace,
};

/// Waits between the tries of a one-time code, which is of no use for long.
const URGENT: [Duration; 5] =
    [Duration::seconds(1), Duration::seconds(2), Duration::seconds(5), Duration::seconds(15), Duration::seconds(30)];
/// Waits between the tries of everything else.
const PATIENT: [Duration; 5] =
    [Duration::seconds(10), Duration::minutes(1), Duration::minutes(5), Duration::minutes(30), Duration::hours(2)];
/// How long a message may be held back: a code, everything else.
const HELD: [Duration; 2] = [Duration::minutes(10), Duration::days(1)];

/// What one hand-over brought.
#[derive(Debug, Serialize)]
pub struct RecordHandOver {
    /// By which road.
    pub medium: Medium,
    /// The lease it was done under; whatever is no longer under it is somebody else's.
    pub lease: Uuid,
    /// Each message.
    pub handed: Vec<Handed>,
}

/// What became of one message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Handed {
    /// As it was claimed.
    pub message: Message,
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
    /// Nothing now, whatever the message: not for so many seconds. No try is counted.
    Hold(Failure, u32),
}

impl Handed {
    /// The message, as it is from now on.
    fn ended(&self, now: Instant) -> Message {
        let mut message = Message { channel: self.channel, ..self.message.clone() };
        let tried = usize::try_from(message.attempts - 1).unwrap_or_default();
        let (why, again) = match &self.outcome {
            Outcome::Accepted => {
                (message.state, message.reason) = (State::Accepted, String::new());
                return message;
            }
            Outcome::Delivered => {
                (message.state, message.reason) = (State::Delivered, String::new());
                return message;
            }
            Outcome::Never(why) => (why, None),
            Outcome::Later(why) => {
                let waits = if message.urgent { URGENT } else { PATIENT };
                (why, waits.get(tried).map(|wait| now + *wait))
            }
            Outcome::Hold(why, seconds) => {
                message.attempts -= 1;
                let until = now + Duration::seconds((*seconds).into());
                let patience = HELD[usize::from(!message.urgent)];
                (why, (until < message.asked_at + patience).then_some(until))
            }
        };
        message.reason = why.to_string();
        match again {
            Some(due) => message.due_at = due,
            None => message.state = State::Failed,
        }
        message
    }
}

impl Verb for RecordHandOver {
    const NAME: &'static str = "RecordHandOver";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let now = tx.now();
        let ended: Vec<_> = self.handed.iter().map(|handed| handed.ended(now)).collect();
        let ours = table::settle(tx, Some(self.lease), &ended).await?;
        let told = ended.iter().filter(|m| m.state != State::Queued && ours.contains(&m.id));
        let told = told.map(|message| message.report(now)).collect();
        tell(tx, told);
        let hold = |handed: &Handed| if let Outcome::Hold(_, seconds) = handed.outcome { Some(seconds) } else { None };
        if let Some(seconds) = self.handed.iter().filter_map(hold).max().filter(|seconds| *seconds > 0) {
            let mut bucket = pace::table::lock(tx, self.medium).await?;
            bucket.hold(seconds, now);
            pace::table::save(tx, self.medium, &bucket).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(attempts: i32, urgent: bool) -> Message {
        let due_at = "2026-11-23T01:00:00Z".parse().unwrap();
        let (state, reason) = (State::Queued, String::new());
        let (id, reference, asked_at) = (Uuid::nil(), String::new(), due_at);
        Message { id, reference, urgent, state, channel: None, reason, attempts, asked_at, due_at }
    }

    fn after(message: Message, outcome: Outcome) -> Message {
        let now = message.due_at;
        Handed { message, channel: Some(Channel::Sms), outcome }.ended(now)
    }

    fn later(message: Message) -> Message {
        after(message, Outcome::Later(Failure::Unreachable("503".into())))
    }

    // NO-1
    #[test]
    fn a_code_is_tried_again_within_seconds_and_the_rest_within_hours() {
        let (code, gift) = (later(tried(1, true)), later(tried(1, false)));
        let start = code.asked_at;
        assert_eq!((code.state, gift.state), (State::Queued, State::Queued));
        assert_eq!((code.due_at - start, gift.due_at - start), (Duration::seconds(1), Duration::seconds(10)));
        assert_eq!(gift.reason, "UNREACHABLE(503)");
    }

    // NO-1
    #[test]
    fn the_sixth_try_is_the_last() {
        assert_eq!(later(tried(5, false)).state, State::Queued);
        assert_eq!(later(tried(6, false)).state, State::Failed);
    }

    // NO-2
    #[test]
    fn being_held_back_counts_no_try_but_ends_after_a_day() {
        let hold = |message| after(message, Outcome::Hold(Failure::Unreachable("HTTP_429".into()), 60));
        let held = hold(tried(6, false));
        assert_eq!((held.state, held.attempts), (State::Queued, 5));
        assert_eq!(held.due_at - held.asked_at, Duration::seconds(60));
        let mut old = tried(1, false);
        old.due_at += Duration::days(1);
        assert_eq!(hold(old).state, State::Failed);
        let mut code = tried(1, true);
        code.due_at += Duration::minutes(10);
        assert_eq!(hold(code).state, State::Failed, "a code is of no use by then");
    }

    // NO-1
    #[test]
    fn a_report_may_come_before_the_answer_but_not_before_the_hand_over() {
        let mut early = tried(1, false);
        assert!(early.arrived(None) && early.state == State::Delivered);
        assert!(!early.arrived(Some(Failure::Refused("4410".into()))), "and what is settled stays");
        assert!(!tried(0, false).arrived(None));
    }
}
