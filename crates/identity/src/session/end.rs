//! `EndSession` (ID-19): one of mine, or all of them. Another's is not found.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::SessionId;

use super::{me, table};
use crate::audit::Note;

/// Not there for this caller.
pub const SESSION_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "SESSION_NOT_FOUND", "There is no such live session.", "세션을 찾을 수 없습니다.");

/// The command; `None` is all.
#[derive(Debug, Serialize)]
pub struct EndSession(Option<SessionId>);

/// Reads the message.
pub fn parse(m: pb::EndSessionRequest) -> Result<EndSession, Refusal> {
    if m.session_id == "all" {
        return Ok(EndSession(None));
    }
    let f = Fields::new();
    f.all((f.parse("session_id", &m.session_id),)).map(|(id,)| EndSession(Some(id)))
}

impl Verb for EndSession {
    const NAME: &'static str = "EndSession";
    type Answer = i32;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        me(caller).map(drop)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<i32, Stop> {
        let me = me(tx.caller())?;
        let company = tx.caller().account().ok().and_then(|a| a.company);
        let ended = table::end(tx, me, self.0).await?;
        if self.0.is_some() && ended == 0 {
            return Err(SESSION_NOT_FOUND.into());
        }
        let subject = self.0.map_or_else(|| me.to_string(), |s| s.to_string());
        Note::new("session.ended", subject).of(company).detail(format!("{ended} ended")).record(tx).await?;
        Ok(ended)
    }
}
