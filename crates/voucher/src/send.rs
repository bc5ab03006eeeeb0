//! A send (VO-3): a title, a time, a message, recipients, and one lot that pays for all of it.
//! `draft → (awaiting_approval) → scheduled → sending → completed | cancelled` (VO-9, VO-20).

pub mod approve;
pub mod cancel;
pub mod change;
pub mod confirm;
pub mod create;
pub mod export;
pub mod issue_chunk;
pub mod lapse;
pub mod progress;
pub mod propose_split;
pub mod reject;
pub mod report;
pub mod table;
pub mod tell;
pub mod views;

use chrono::{Duration, Timelike};
use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use words::{AccountId, CompanyId, Day, Money, Wrong, text, typed_id};

use crate::{lot::LotId, message::Message};

typed_id!(/// A send.
    pub SendId, "snd");

/// What an admin must hold to send (ID-26).
pub const PERMISSION: &str = "voucher.send";

const LONGEST_TITLE: usize = 100;
/// VO-8.
const SOONEST: Duration = Duration::minutes(10);
/// VO-8.
const LATEST: Duration = Duration::days(90);

/// VO-9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being prepared.
    Draft,
    /// Waits for a second admin.
    AwaitingApproval,
    /// Confirmed; waits for its minute.
    Scheduled,
    /// Gifts are being issued.
    Sending,
    /// Every gift was issued.
    Completed,
    /// Called off.
    Cancelled,
}

impl State {
    const ALL: [Self; 6] =
        [Self::Draft, Self::AwaitingApproval, Self::Scheduled, Self::Sending, Self::Completed, Self::Cancelled];

    /// Its name in the database and in sentences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Scheduled => "scheduled",
            Self::Sending => "sending",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A send as stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Send {
    /// Its id.
    pub id: SendId,
    /// Whose.
    pub company: CompanyId,
    /// The lot that pays.
    pub lot: LotId,
    /// Who made it.
    pub applicant: AccountId,
    /// What the company calls it.
    pub title: String,
    /// Its minute; `None` is an immediate send.
    pub scheduled_at: Option<Instant>,
    /// What the recipients read.
    pub message: Message,
    /// Where it stands.
    pub state: State,
    /// Recipients.
    pub recipients: i64,
    /// What they get together.
    pub total: Money,
    /// The number of the next recipient.
    pub next_number: i64,
    /// Gifts are issued through this number.
    pub issued_through: i64,
    /// When it was registered.
    pub created_at: Instant,
    /// When it was confirmed.
    pub confirmed_at: Option<Instant>,
    /// When dispatch began.
    pub started_at: Option<Instant>,
    /// When the last gift was issued, or it was cancelled.
    pub ended_at: Option<Instant>,
    /// Who confirmed it, or changed it after it was approved: not the one to approve it (VO-20).
    pub confirmed_by: Option<AccountId>,
    /// Who approved or rejected it.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Instant>,
    /// Why it was rejected.
    pub rejection: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// No such send of this company.
pub const SEND_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "SEND_NOT_FOUND",
    "There is no such send. Check the id; your sends are listed under /v1/sends.",
    "해당 발송 건이 없습니다. 발송 목록(/v1/sends)에서 번호를 확인하세요.",
);
/// VO-9.
pub const SEND_NOT_DRAFT: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEND_NOT_DRAFT",
    "This send is {state}; only a draft can be prepared further.",
    "이 발송은 {state} 상태입니다. 작성 중인 발송만 수정할 수 있습니다.",
);

impl Send {
    /// VO-9: what only a draft allows.
    pub fn is_draft(&self) -> Result<(), Refusal> {
        match self.state {
            State::Draft => Ok(()),
            state => Err(SEND_NOT_DRAFT.with("state", state.name())),
        }
    }

    /// The digest an identity verification is bound to (VO-7): title, time, message, and the image if there is one. Each
    /// part with its length, so that no two contents have one digest; in lower-case hex.
    pub fn content_hash(&self) -> String {
        let time = self.scheduled_at.map_or_else(String::new, |at| at.timestamp().to_string());
        let mut hash = Sha256::new_with_prefix("dure voucher send v1");
        let parts = [&self.id.to_string(), &self.title, &time, &self.message.subject, &self.message.body];
        for part in parts.into_iter().chain(&self.message.image) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A send's title.
pub fn title(text: &str) -> Result<String, Wrong> {
    text::line(text, LONGEST_TITLE)
}

/// VO-8: a whole minute, 10 minutes to 90 days ahead, not after the lot's last day.
pub fn schedule(at: Instant, now: Instant, lot_through: Day) -> Result<(), Wrong> {
    let whole = at.second() == 0 && at.nanosecond() == 0;
    if !whole {
        return Err(Wrong::new(
            "NOT_A_MINUTE",
            "Schedule a send for a whole minute.",
            "예약 시간은 분 단위로 입력하세요.",
        ));
    }
    if at < now + SOONEST || at > now + LATEST {
        return Err(Wrong::new(
            "SCHEDULE_OUT_OF_RANGE",
            "A send can be scheduled 10 minutes to 90 days ahead.",
            "예약은 10분 후부터 90일 이내로 할 수 있습니다.",
        ));
    }
    if Day::of(at) > lot_through {
        return Err(Wrong::new(
            "SCHEDULE_AFTER_LOT",
            "The lot ends before this time; choose an earlier time or another lot.",
            "구매 건의 유효기간이 지난 시간입니다. 예약 시간이나 구매 건을 바꿔 주세요.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn draft() -> Send {
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        Send {
            id: uuid::Uuid::nil().into(),
            company: uuid::Uuid::nil().into(),
            lot: uuid::Uuid::nil().into(),
            applicant: uuid::Uuid::nil().into(),
            title: "추석 선물".into(),
            scheduled_at: None,
            message: Message::new("", "감사합니다").unwrap(),
            state: State::Draft,
            recipients: 0,
            total: Money::ZERO,
            next_number: 1,
            issued_through: 0,
            created_at: now,
            confirmed_at: None,
            started_at: None,
            ended_at: None,
            confirmed_by: None,
            decided_by: None,
            decided_at: None,
            rejection: None,
            version: 1,
        }
    }

    #[test]
    fn the_content_hash_follows_title_time_and_message_alone() {
        // VO-7
        let send = draft();
        let hash = send.content_hash();
        assert_eq!(Send { recipients: 5, total: Money::from_won(1), version: 9, ..send.clone() }.content_hash(), hash);
        let mut others = vec![
            Send { title: "설 선물".into(), ..send.clone() },
            Send { scheduled_at: Some(send.created_at), ..send.clone() },
            Send { message: Message::new("", "고맙습니다").unwrap(), ..send.clone() },
            Send { message: Message::new("제목", "감사합니다").unwrap(), ..send.clone() },
            Send { message: Message { image: Some("00".repeat(32)), ..send.message.clone() }, ..send.clone() },
        ];
        others.retain(|other| other.content_hash() == hash);
        assert!(others.is_empty());
    }

    #[test]
    fn a_schedule_lies_ten_minutes_to_ninety_days_ahead_within_the_lot() {
        // VO-8
        let now: Instant = "2026-11-23T01:00:30Z".parse().unwrap();
        let last = Day::parse("2026-12-31").unwrap();
        let reason = |at: &str| schedule(at.parse().unwrap(), now, last).err().map(|wrong| wrong.reason);
        assert_eq!(reason("2026-11-23T01:11:00Z"), None);
        assert_eq!(reason("2026-11-23T01:10:00Z"), Some("SCHEDULE_OUT_OF_RANGE"));
        assert_eq!(reason("2027-02-22T01:00:00Z"), Some("SCHEDULE_OUT_OF_RANGE"));
        assert_eq!(reason("2026-11-23T02:00:30Z"), Some("NOT_A_MINUTE"));
        assert_eq!(reason("2026-12-31T14:59:00Z"), None);
        assert_eq!(reason("2026-12-31T15:00:00Z"), Some("SCHEDULE_AFTER_LOT"));
    }
}
