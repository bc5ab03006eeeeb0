//! `SendTemporaryPassword` (ID-20): opens a locked account by a temporary password to the registered address, if login id
//! and address belong together. The answer is the same if not, and takes as long (S10).

use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{Email, LoginId, Secret};

use super::find_login;
use crate::{ask, audit::Note, limits::Limit, password::Password, session};

const LIMIT: Limit = Limit { name: "temporary-password-hour", most: 3, within: Duration::hours(1) };

/// The command.
#[derive(Debug, Serialize)]
pub struct SendTemporaryPassword {
    login_id: LoginId,
    email: Email,
    /// What is sent, if anything is.
    #[serde(skip)]
    pub temporary: Password,
    /// What the argon2 turn made of it.
    #[serde(skip)]
    pub hashed: Secret<String>,
}

/// Reads the message.
pub fn parse(m: pb::SendTemporaryPasswordRequest) -> Result<SendTemporaryPassword, Refusal> {
    let f = Fields::new();
    let (login_id, email) = f.all((f.parse("login_id", &m.login_id), f.parse("email", &m.email)))?;
    Ok(SendTemporaryPassword { login_id, email, temporary: Password::temporary(), hashed: Secret::new(String::new()) })
}

impl Verb for SendTemporaryPassword {
    const NAME: &'static str = "SendTemporaryPassword";
    type Answer = ();

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        LIMIT.take(tx, &self.login_id).await?;
        let account = find_login(tx, &self.login_id).await?.filter(|a| a.email == self.email);
        let Some(mut account) = account else { return Ok(()) };
        account.password = self.hashed.clone();
        account.must_change = true;
        account.save(tx).await?;
        session::tries::clear(tx, &self.login_id).await?;
        session::end_all(tx, account.id).await?;
        let variables = vec![("name", account.name.clone()), ("password", self.temporary.expose().to_owned())];
        ask::urgent(tx, "temporary-password", ask::To::Email(account.email.clone()), variables);
        Note::new("password.temporary", account.id).of(account.company).record(tx).await
    }
}
