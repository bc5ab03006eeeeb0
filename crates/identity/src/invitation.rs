//! Invitations (ID-13): by e-mail or by SMS; the token has 256 random bits, is stored as a hash, lives 7 days, works once.
//! `pending` → `accepted`, `revoked`; `expired` is pending whose time is over: nobody has to write it down.

pub mod accept;
pub mod accept_voucher;
pub mod invite;
pub mod resend;
pub mod revoke;
mod table;
pub mod views;

use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Instant, Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Email, Phone, RandomToken, typed_id};

use crate::{ask, settings::Settings};

typed_id!(
    /// An invitation.
    pub InvitationId, "inv"
);

/// ID-13.
pub const LASTS: Duration = Duration::days(7);

/// Not there for this caller.
pub const INVITATION_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "INVITATION_NOT_FOUND", "There is no such invitation.", "초대를 찾을 수 없습니다.");
/// ID-13, S32: a token that never was one, is used, late, revoked or replaced: one answer.
pub const INVITATION_INVALID: Refusal = Refusal::new(
    code::NOT_FOUND,
    "INVITATION_INVALID",
    "This link does not work any more. Open the newest one you were sent, or ask for a new invitation.",
    "더 이상 사용할 수 없는 초대 링크입니다. 가장 최근에 받은 링크를 열거나 다시 초대를 요청하세요.",
);
/// ID-13.
pub const INVITATION_NOT_PENDING: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "INVITATION_NOT_PENDING",
    "This invitation is {state}. Ask for a new one.",
    "이 초대는 {state} 상태입니다. 다시 초대를 요청하세요.",
);

/// Which way it went, and so how it is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Portal (ID-14).
    Email(Email),
    /// Voucher (ID-15).
    Phone(Phone),
}

/// ID-13.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The link works.
    Pending,
    /// Used.
    Accepted,
    /// Seven days are over.
    Expired,
    /// Taken back or replaced.
    Revoked,
}

/// An invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invitation {
    id: InvitationId,
    company: CompanyId,
    name: String,
    way: Way,
    department: String,
    position: String,
    #[serde(skip)]
    token_hash: Vec<u8>,
    /// As it was when this was read; see [`Invitation::at`].
    state: State,
    created_at: Instant,
    expires_at: Instant,
    created_by: AccountId,
    accepted_by: Option<AccountId>,
    accepted_at: Option<Instant>,
}

impl Invitation {
    /// Its state at this instant: `now >= end` is expired.
    fn at(mut self, now: Instant) -> Self {
        if self.state == State::Pending && now >= self.expires_at {
            self.state = State::Expired;
        }
        self
    }

    /// A new link (ID-13): a new token and a new 7 days.
    fn renew(&mut self, token: &RandomToken, now: Instant) {
        self.token_hash = token.hash().to_vec();
        self.expires_at = now + LASTS;
        self.state = State::Pending;
    }

    /// Whether its link still works.
    fn usable(&self) -> Result<(), Refusal> {
        if self.state == State::Pending { Ok(()) } else { Err(INVITATION_INVALID) }
    }

    /// Used up by this account.
    fn accept(&mut self, by: AccountId, now: Instant) -> Result<pb::InvitationAccepted, Refusal> {
        self.usable()?;
        self.state = State::Accepted;
        self.accepted_by = Some(by);
        self.accepted_at = Some(now);
        Ok(pb::InvitationAccepted {
            invitation_id: self.id.to_string(),
            company_id: self.company.to_string(),
            account_id: by.to_string(),
        })
    }

    /// Where the link goes; the token stands nowhere else. It follows a `#`, so that no browser sends it on, neither to the
    /// portal's server nor as a Referer (S31).
    fn send(&self, tx: &mut Tx, token: &RandomToken, company: &str, inviter: &str) {
        let link = format!("{}/invitations#{}", tx.part::<Settings>().portal_url.trim_end_matches('/'), token.expose());
        let variables = vec![
            ("link", link),
            ("company", company.to_owned()),
            ("inviter", inviter.to_owned()),
            ("name", self.name.clone()),
            ("days", LASTS.num_days().to_string()),
        ];
        match &self.way {
            Way::Email(email) => ask::normal(tx, "invitation", ask::To::Email(email.clone()), variables),
            Way::Phone(phone) => ask::normal(tx, "invitation-sms", ask::To::Phone(phone.clone()), variables),
        }
    }

    /// For the super admin.
    pub fn render(self) -> pb::Invitation {
        let (email, phone_masked) = match &self.way {
            Way::Email(email) => (email.to_string(), String::new()),
            Way::Phone(phone) => (String::new(), phone.masked()),
        };
        pb::Invitation {
            invitation_id: self.id.to_string(),
            state: self.state.wire().into(),
            name: self.name,
            email,
            phone_masked,
            expire_time: contract::timestamp(self.expires_at),
        }
    }
}

impl Way {
    /// The address or number, masked, for the audit trail.
    fn masked(&self) -> String {
        match self {
            Self::Email(email) => email.masked(),
            Self::Phone(phone) => phone.masked(),
        }
    }
}

impl State {
    /// As rows and sentences name it.
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    fn wire(self) -> pb::InvitationState {
        match self {
            Self::Pending => pb::InvitationState::Pending,
            Self::Accepted => pb::InvitationState::Accepted,
            Self::Expired => pb::InvitationState::Expired,
            Self::Revoked => pb::InvitationState::Revoked,
        }
    }
}

/// What a presented token leads to, locked; whatever its state, unless it never was one.
async fn of_token(tx: &Tx, token: &RandomToken) -> Result<Invitation, Stop> {
    let found = table::lock_token(tx, &token.hash()).await?.ok_or(INVITATION_INVALID)?;
    Ok(found.at(tx.now()))
}

/// One of this company's, locked; another's is not found (S24).
async fn of_company(tx: &Tx, id: InvitationId, company: CompanyId) -> Result<Invitation, Stop> {
    let found = table::lock(tx, id).await?.filter(|i| i.company == company).ok_or(INVITATION_NOT_FOUND)?;
    Ok(found.at(tx.now()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn sent(now: Instant) -> Invitation {
        Invitation {
            id: InvitationId::new(Uuid::nil()),
            company: CompanyId::new(Uuid::nil()),
            name: "이두레".into(),
            way: Way::Phone("01000001234".parse().unwrap()),
            department: "총무".into(),
            position: "대리".into(),
            token_hash: Vec::new(),
            state: State::Pending,
            created_at: now,
            expires_at: now + LASTS,
            created_by: AccountId::new(Uuid::nil()),
            accepted_by: None,
            accepted_at: None,
        }
    }

    // ID-13, S32
    #[test]
    fn it_works_once_and_for_seven_days() {
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let by = AccountId::new(Uuid::nil());
        let last = now + LASTS - Duration::microseconds(1);
        assert!(sent(now).at(last).accept(by, last).is_ok());
        assert!(sent(now).at(now + LASTS).accept(by, now + LASTS).is_err(), "late");
        let mut used = sent(now).at(now);
        used.accept(by, now).unwrap();
        assert_eq!(used.at(now).accept(by, now).unwrap_err().reason(), "INVITATION_INVALID");
    }

    // ID-13
    #[test]
    fn sending_again_revives_an_expired_one() {
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let mut expired = sent(now).at(now + LASTS);
        expired.renew(&RandomToken::new(), now + LASTS);
        assert_eq!(expired.at(now + LASTS).state, State::Pending);
    }
}
