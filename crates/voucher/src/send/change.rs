//! Changes a draft, or a scheduled send until it starts (VO-9): title, time, message, image; in a draft also type and lot. What
//! the confirmation was bound to (VO-7) asks for a new verification when it changes, and what a second admin had approved
//! for a new approval (VO-20). An immediate send cannot be changed.

use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::AccountId;

use super::{PERMISSION, Send, SendId, State, confirm, schedule, table, tell};
use crate::{
    lot::{self, LotId},
    message::Message,
    settings::Settings,
};

/// VO-9.
pub const SEND_NOT_CHANGEABLE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEND_NOT_CHANGEABLE",
    "This send is {state}; only a draft, or a scheduled send until it starts, can be changed.",
    "이 발송은 {state} 상태입니다. 작성 중이거나 시작 전인 예약발송만 변경할 수 있습니다.",
);
/// VO-9: type and lot are settled by the confirmation.
pub const SEND_CONFIRMED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEND_CONFIRMED",
    "Type and lot of a confirmed send stay as they are. Call it off and make a new one.",
    "확정된 발송의 타입과 구매 건은 바꿀 수 없습니다. 취소 후 새로 등록해 주세요.",
);
/// Somebody else changed it.
pub const SEND_CHANGED: Refusal = Refusal::new(
    code::ABORTED,
    "SEND_CHANGED",
    "Somebody changed this send since you read it. Read it again.",
    "그 사이 다른 사용자가 변경했습니다. 다시 조회해 주세요.",
);

/// The command; what is `None` stays as it is.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeSend {
    /// The send.
    pub send: SendId,
    /// A new title.
    pub title: Option<String>,
    /// A new time; `Some(None)` makes a draft immediate.
    pub scheduled_at: Option<Option<Instant>>,
    /// A new message; the image stays.
    pub message: Option<Message>,
    /// A new image, by its digest; `Some(None)` takes it away.
    pub image: Option<Option<String>>,
    /// Another lot.
    pub lot: Option<LotId>,
    /// From identity, for a scheduled send.
    pub verification: String,
    /// The version it was read at.
    pub version: Option<i64>,
}

impl ChangeSend {
    /// Of this send nothing yet.
    pub fn nothing(send: SendId) -> Self {
        Self {
            send,
            title: None,
            scheduled_at: None,
            message: None,
            image: None,
            lot: None,
            verification: String::new(),
            version: None,
        }
    }
}

impl Send {
    /// Applies the change; `true` if it asks for a new verification (VO-7).
    fn change(&mut self, change: &ChangeSend, by: AccountId, now: Instant) -> Result<bool, Refusal> {
        let scheduled = self.has_not_started(now);
        if !scheduled && self.state != State::Draft {
            return Err(SEND_NOT_CHANGEABLE.with("state", self.state.name()));
        }
        if change.version.is_some_and(|version| version != self.version) {
            return Err(SEND_CHANGED);
        }
        if scheduled && (change.lot.is_some_and(|lot| lot != self.lot) || change.scheduled_at == Some(None)) {
            return Err(SEND_CONFIRMED);
        }
        let before = self.content_hash();
        self.title = change.title.clone().unwrap_or_else(|| self.title.clone());
        self.scheduled_at = change.scheduled_at.unwrap_or(self.scheduled_at);
        let image = change.image.clone().unwrap_or_else(|| self.message.image.clone());
        self.message = Message { image, ..change.message.clone().unwrap_or_else(|| self.message.clone()) };
        self.lot = change.lot.unwrap_or(self.lot);
        let verify = scheduled && self.content_hash() != before;
        if verify && self.decided_by.is_some() {
            self.state = State::AwaitingApproval;
            self.confirmed_by = Some(by);
            (self.decided_by, self.decided_at) = (None, None);
        }
        Ok(verify)
    }
}

impl Verb for ChangeSend {
    const NAME: &'static str = "ChangeSend";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        let account = tx.caller().account()?.clone();
        let company = tx.caller().company()?;
        let mut send = table::lock(tx, self.send, company).await?;
        let verify = send.change(self, account.id, tx.now())?;
        let lot = lot::table::find(tx.conn(), send.lot, Some(company)).await?.ok_or(lot::LOT_NOT_FOUND)?;
        lot.usable(tx.today())?;
        if let Some(Some(at)) = self.scheduled_at {
            let f = Fields::new();
            f.all((f.word("scheduled_time", schedule(at, tx.now(), lot.valid_through)),))?;
        }
        send.message.kind_ahead(&tx.part::<Settings>().claim_url)?;
        if verify {
            confirm::verify(tx, &self.verification, &account, send.id, &send.content_hash()).await?;
        }
        table::save(tx, &mut send).await?;
        if verify && send.state == State::AwaitingApproval {
            tell::waits(tx, &send);
        }
        Ok(send)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::tests::draft;

    fn by() -> AccountId {
        uuid::Uuid::nil().into()
    }

    fn change() -> ChangeSend {
        ChangeSend::nothing(uuid::Uuid::nil().into())
    }

    #[test]
    fn a_scheduled_send_asks_for_a_new_verification_only_when_its_content_changes() {
        // VO-7, VO-9
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let scheduled =
            || Send { state: State::Scheduled, scheduled_at: Some(now + chrono::Duration::hours(1)), ..draft() };
        assert!(scheduled().change(&ChangeSend { title: Some("새 제목".into()), ..change() }, by(), now).unwrap());
        assert!(!scheduled().change(&ChangeSend { title: Some(draft().title), ..change() }, by(), now).unwrap());
        assert!(!draft().change(&ChangeSend { title: Some("새 제목".into()), ..change() }, by(), now).unwrap());
        let image = Some(Some("00".repeat(32)));
        assert!(scheduled().change(&ChangeSend { image, ..change() }, by(), now).unwrap());
        assert!(!scheduled().change(&ChangeSend { image: Some(None), ..change() }, by(), now).unwrap(), "it has none");
        let immediate = scheduled().change(&ChangeSend { scheduled_at: Some(None), ..change() }, by(), now);
        assert_eq!(immediate.unwrap_err().reason(), "SEND_CONFIRMED");
        let late = Send { state: State::Sending, ..draft() }.change(&change(), by(), now);
        assert_eq!(late.unwrap_err().reason(), "SEND_NOT_CHANGEABLE");
        let stale = draft().change(&ChangeSend { version: Some(7), ..change() }, by(), now);
        assert_eq!(stale.unwrap_err().reason(), "SEND_CHANGED");
    }

    #[test]
    fn the_image_stays_when_the_words_change_and_goes_when_it_is_taken_away() {
        // VO-9
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let mut send = draft();
        send.change(&ChangeSend { image: Some(Some("00".repeat(32))), ..change() }, by(), now).unwrap();
        let words = Message::new("", "고맙습니다").unwrap();
        send.change(&ChangeSend { message: Some(words), ..change() }, by(), now).unwrap();
        assert_eq!((send.message.body.as_str(), send.message.image.is_some()), ("고맙습니다", true));
        send.change(&ChangeSend { image: Some(None), ..change() }, by(), now).unwrap();
        assert_eq!(send.message.image, None);
    }

    #[test]
    fn what_was_approved_waits_for_a_new_approval_when_its_content_changes() {
        // VO-20
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let at = Some(now + chrono::Duration::hours(1));
        let mut send = Send { state: State::Scheduled, scheduled_at: at, decided_by: Some(by()), ..draft() };
        send.change(&change(), by(), now).unwrap();
        assert_eq!(send.state, State::Scheduled, "nothing changed");
        send.change(&ChangeSend { title: Some("새 제목".into()), ..change() }, by(), now).unwrap();
        assert_eq!((send.state, send.confirmed_by, send.decided_by), (State::AwaitingApproval, Some(by()), None));
        let again = send.change(&ChangeSend { title: Some("또 다른 제목".into()), ..change() }, by(), now);
        assert_eq!(
            again.unwrap_err().reason(),
            "SEND_NOT_CHANGEABLE",
            "nobody changes what waits and then approves it"
        );
    }
}
