//! `RefreshSession` (ID-19): a refresh token works once and is replaced; used again, it was stolen from one of two, and the
//! whole session ends. The new access token says what the account may do now.

use contract::identity::v1 as pb;
use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::RandomToken;

use super::{SignedIn, issue, needs_code, table};
use crate::{account, audit::Note};

/// ID-19.
pub const SESSION_ENDED: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "SESSION_ENDED",
    "This session has ended. Sign in again.",
    "세션이 종료되었습니다. 다시 로그인하세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct RefreshSession {
    token_hash: [u8; 32],
}

/// Reads the message.
pub fn parse(m: pb::RefreshSessionRequest) -> Result<RefreshSession, Refusal> {
    Ok(RefreshSession { token_hash: RandomToken::presented(&m.refresh_token).hash() })
}

impl Verb for RefreshSession {
    const NAME: &'static str = "RefreshSession";
    type Answer = SignedIn;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<SignedIn, Stop> {
        let (session, first) = table::use_refresh(tx, &self.token_hash).await?.ok_or(SESSION_ENDED)?;
        if !session.lives(tx.now()) {
            return Err(SESSION_ENDED.into());
        }
        // Not locked: a changed password holds the account and ends its sessions, of which this one is held here.
        let account = account::look(tx, session.account).await.map_err(|_| SESSION_ENDED)?;
        if !first {
            table::end(tx, session.account, Some(session.id)).await?;
            let note = Note::new("session.reused", session.id).by(account.id()).of(account.company());
            note.detail("a refresh token was used twice; the session ended").record(tx).await?;
            return Err(SESSION_ENDED.keeping());
        }
        needs_code(tx, &account).await?;
        table::touch(tx, session.id).await?;
        issue(tx, &account, session.id).await.map(SignedIn::Tokens)
    }
}
