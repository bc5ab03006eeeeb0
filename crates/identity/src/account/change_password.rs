//! `ChangePassword` (ID-5, ID-20): a new password for the current or the temporary one; it must differ, and every session
//! ends. The current one was checked before, and its tries are counted like those of a login.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{LoginId, Secret, Wrong};

use super::find_login;
use crate::{audit::Note, password::Password, session};

const SAME: Wrong = Wrong::new(
    "PASSWORD_SAME",
    "The new password must differ from the current one.",
    "현재 비밀번호와 다른 비밀번호를 입력하세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct ChangePassword {
    /// Whose.
    pub login_id: LoginId,
    /// To be checked before.
    pub current: Secret<String>,
    /// To be hashed before.
    pub new: Password,
    /// What the current one was checked against.
    #[serde(skip)]
    pub checked: Secret<String>,
    /// What the argon2 turn made of it.
    #[serde(skip)]
    pub hashed: Secret<String>,
}

/// Reads the message.
pub fn parse(m: pb::ChangePasswordRequest) -> Result<ChangePassword, Refusal> {
    let f = Fields::new();
    let login_id = f.parse::<LoginId>("login_id", &m.login_id);
    let new = f.word("new_password", Password::parse(&m.new_password, login_id.as_ref(), &[]));
    f.must(m.new_password != m.current_password, "new_password", SAME);
    let (login_id, new) = f.all((login_id, new))?;
    let (checked, hashed) = (Secret::default(), Secret::default());
    Ok(ChangePassword { login_id, current: Secret::new(m.current_password), new, checked, hashed })
}

impl Verb for ChangePassword {
    const NAME: &'static str = "ChangePassword";
    type Answer = ();

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let mut account = find_login(tx, &self.login_id).await?.ok_or(session::login::LOGIN_WRONG)?;
        account.still_has(&self.checked)?;
        account.password = self.hashed.clone();
        account.must_change = false;
        account.save(tx).await?;
        session::end_all(tx, account.id).await?;
        Note::new("password.changed", account.id).by(account.id).of(account.company).record(tx).await
    }
}
