//! Sessions (ID-19): a short access token, and a refresh token that rotates; one used twice ends the whole session. Only
//! hashes of refresh tokens are kept. A session ends by itself when it is idle or old (S18).

pub mod confirm_login;
pub mod end;
pub mod login;
pub mod logout;
pub mod refresh;
pub mod sign_in_with_product;
pub mod sweep;
mod table;
pub mod tries;
pub mod views;

use boot::token::{ACCESS, TokenSigner};
use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Caller, Instant, Refusal, Stop, Tx, Who, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, Phone, RandomToken, SessionId};

use crate::{
    account::{Account, Kind},
    company::{self, State},
    consent,
};

/// ID-19.
pub const ACCESS_LASTS: Duration = Duration::minutes(10);
/// S18: not refreshed for so long.
const IDLE: Duration = Duration::days(7);
/// S18: however much it is used.
const OLDEST: Duration = Duration::days(30);
/// The same for the back office.
const OLDEST_OPERATOR: Duration = Duration::hours(12);

/// ID-9.
pub const COMPANY_UNDER_REVIEW: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "COMPANY_UNDER_REVIEW",
    "Your company is under review. You will get an SMS when you can sign in.",
    "가입 심사 중입니다. 완료되면 문자로 안내해 드립니다.",
);
/// ID-2.
pub const COMPANY_CLOSED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "COMPANY_CLOSED",
    "Your company is {state}; nobody can sign in for it.",
    "회사가 {state} 상태이므로 로그인할 수 없습니다.",
);

/// Whose, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    id: SessionId,
    account: AccountId,
    address: String,
    created_at: Instant,
    used_at: Instant,
    expires_at: Instant,
    ended_at: Option<Instant>,
}

impl Session {
    /// Whether it can still be refreshed.
    fn lives(&self, now: Instant) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now < self.used_at + IDLE
    }
}

/// What a login answers.
#[derive(Serialize, Deserialize)]
pub enum SignedIn {
    /// Tokens.
    Tokens(Tokens),
    /// A code was sent; what to show with it.
    CodeSent {
        /// The challenge.
        challenge: String,
        /// Where the code went.
        phone: Phone,
    },
    /// First a new password (ID-20).
    ChangePassword,
}

/// A pair of tokens.
#[derive(Serialize, Deserialize)]
pub struct Tokens {
    session: SessionId,
    access: String,
    access_until: Instant,
    refresh: String,
    consents_due: Vec<String>,
}

impl SignedIn {
    /// For the caller.
    pub fn render(self) -> pb::LoginReply {
        match self {
            Self::Tokens(t) => pb::LoginReply {
                access_token: t.access,
                access_expire_time: contract::timestamp(t.access_until),
                refresh_token: t.refresh,
                consents_due: t.consents_due,
                session_id: t.session.to_string(),
                ..Default::default()
            },
            Self::CodeSent { challenge, phone } => pb::LoginReply {
                code_required: true,
                login_challenge: challenge,
                phone_masked: phone.masked(),
                ..Default::default()
            },
            Self::ChangePassword => pb::LoginReply { password_change_required: true, ..Default::default() },
        }
    }
}

/// Whether this account's company lets it in, and with a code or not (ID-2, ID-9, ID-19).
async fn needs_code(tx: &Tx, account: &Account) -> Result<bool, Stop> {
    let Some(id) = account.company() else {
        // ID-30: an operator with a phone always needs the code; without one only in development.
        return Ok(account.kind() == Kind::Operator && account.phone().is_some());
    };
    let company = company::look(tx, id).await?;
    lets_in(company.state())?;
    Ok(company.wants_code())
}

fn lets_in(state: State) -> Result<(), Refusal> {
    match state {
        State::Prospect | State::Customer => Ok(()),
        State::UnderReview => Err(COMPANY_UNDER_REVIEW),
        State::Rejected | State::Terminated => Err(COMPANY_CLOSED.with("state", state.name())),
    }
}

/// Begins a session for an account that has proved who it is.
async fn begin(tx: &Tx, account: &Account) -> Result<Tokens, Stop> {
    let oldest = if account.kind() == Kind::Operator { OLDEST_OPERATOR } else { OLDEST };
    let session = Session {
        id: tx.id(),
        account: account.id(),
        address: tx.caller().address.map(|a| a.to_string()).unwrap_or_default(),
        created_at: tx.now(),
        used_at: tx.now(),
        expires_at: tx.now() + oldest,
        ended_at: None,
    };
    table::insert(tx, &session).await?;
    issue(tx, account, session.id).await
}

/// A fresh pair for a session, with the account's role and permissions as they are now.
async fn issue(tx: &Tx, account: &Account, session: SessionId) -> Result<Tokens, Stop> {
    let refresh = RandomToken::new();
    table::add_refresh(tx, session, &refresh.hash()).await?;
    let consents_due =
        if account.kind() == Kind::Operator { Vec::new() } else { consent::due(tx, account.id()).await? };
    Ok(Tokens {
        session,
        access: tx.part::<TokenSigner>().sign(ACCESS, &account.claims(session), tx.now(), ACCESS_LASTS),
        access_until: tx.now() + ACCESS_LASTS,
        refresh: refresh.expose().to_owned(),
        consents_due,
    })
}

/// Ends every session of an account; how many there were.
pub async fn end_all(tx: &Tx, account: AccountId) -> Result<i32, Stop> {
    table::end(tx, account, None).await
}

/// The account behind a token, operators' too.
fn me(caller: &Caller) -> Result<AccountId, Refusal> {
    match &caller.who {
        Who::Operator(operator) => Ok(operator.id),
        _ => Ok(caller.account()?.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S18
    #[test]
    fn a_session_dies_idle_old_or_ended() {
        let start: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let id = uuid::Uuid::nil();
        let session = Session {
            id: id.into(),
            account: id.into(),
            address: String::new(),
            created_at: start,
            used_at: start,
            expires_at: start + OLDEST,
            ended_at: None,
        };
        assert!(session.lives(start + IDLE - Duration::seconds(1)) && !session.lives(start + IDLE));
        let used = Session { used_at: start + Duration::days(29), ..session.clone() };
        assert!(used.lives(start + Duration::days(29)) && !used.lives(start + OLDEST));
        assert!(!Session { ended_at: Some(start), ..session }.lives(start));
    }

    // ID-9
    #[test]
    fn nobody_signs_in_for_a_company_under_review() {
        assert!(lets_in(State::Prospect).is_ok() && lets_in(State::Customer).is_ok());
        assert_eq!(lets_in(State::UnderReview).unwrap_err().reason(), "COMPANY_UNDER_REVIEW");
        assert_eq!(lets_in(State::Rejected).unwrap_err().reason(), "COMPANY_CLOSED");
    }
}
