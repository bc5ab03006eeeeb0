//! `Logout` (ID-19): ends the session of the token; an operator's token names none, so all of an operator's end.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{me, table};
use crate::audit::Note;

/// The command.
#[derive(Debug, Serialize)]
pub struct Logout;

impl Verb for Logout {
    const NAME: &'static str = "Logout";
    type Answer = ();

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        me(caller).map(drop)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let session = tx.caller().account().ok().and_then(|a| a.session);
        let company = tx.caller().account().ok().and_then(|a| a.company);
        let me = me(tx.caller())?;
        table::end(tx, me, session).await?;
        let subject = session.map_or_else(|| me.to_string(), |s| s.to_string());
        Note::new("session.ended", subject).of(company).record(tx).await
    }
}
