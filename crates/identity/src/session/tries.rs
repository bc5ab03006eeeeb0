//! Wrong passwords in a row (ID-20): five lock the login id, known or not, so that neither answer nor time tells whether it
//! exists. A try is taken in one guarded statement before the password is checked: fifty at once are not checked more
//! often than five (S06).

use chrono::Duration;
use flow::{Caller, Instant, Read, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::{LoginId, Secret};

use super::{
    login::{ACCOUNT_LOCKED, LOGIN_WRONG},
    table,
};
use crate::{account, audit::Note, limits::Limit, settings::Settings};

/// ID-20.
pub const MOST: i32 = 5;

/// Takes a try, and finds what the password is to be checked against.
#[derive(Debug, Serialize)]
pub struct TakeTry(pub LoginId);

/// What is kept of the password; `None`: nobody's.
#[derive(Serialize, Deserialize)]
pub struct Kept(pub Option<Secret<String>>);

impl Verb for TakeTry {
    const NAME: &'static str = "TakeTry";
    type Answer = Kept;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Kept, Stop> {
        if let Some(address) = tx.caller().address {
            wrong_from(tx).look(tx, &address).await?;
        }
        if !table::take_try(tx, &self.0, MOST).await? {
            return Err(ACCOUNT_LOCKED.into());
        }
        let account = account::find_login(tx, &self.0).await?;
        Ok(Kept(account.map(|a| a.password().clone())))
    }
}

/// One password over many ids (S08).
fn wrong_from(tx: &Tx) -> Limit {
    let most = tx.part::<Settings>().limits.wrong_passwords_per_address_hour;
    Limit { name: "wrong-passwords-address-hour", most, within: Duration::hours(1) }
}

/// The password was wrong: the try stays taken.
#[derive(Debug, Serialize)]
pub struct WrongPassword(pub LoginId);

impl Verb for WrongPassword {
    const NAME: &'static str = "WrongPassword";
    type Answer = ();

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        if let Some(address) = tx.caller().address {
            wrong_from(tx).take(tx, &address).await?;
        }
        let locked = table::failed(tx, &self.0).await? >= MOST;
        let account = account::find_login(tx, &self.0).await?;
        let company = account.as_ref().and_then(account::Account::company);
        let subject = account.map_or_else(|| self.0.masked(), |a| a.id().to_string());
        let action = if locked { "account.locked" } else { "session.refused" };
        Note::new(action, subject).of(company).detail("wrong password").record(tx).await?;
        Err(LOGIN_WRONG.keeping())
    }
}

/// The password was right: the row of wrong ones is over.
#[derive(Debug, Serialize)]
pub struct RightPassword(pub LoginId);

impl Verb for RightPassword {
    const NAME: &'static str = "RightPassword";
    type Answer = ();

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        clear(tx, &self.0).await
    }
}

/// Opens the login id again.
pub async fn clear(tx: &Tx, login_id: &LoginId) -> Result<(), Stop> {
    table::clear_tries(tx, login_id).await
}

/// For the list of administrators (ID-16).
pub async fn is_locked(read: &Read, login_id: &LoginId) -> Result<bool, Stop> {
    Ok(table::look_failed(read, login_id).await? >= MOST)
}

/// Tries on ids that nobody has need not be kept; those of accounts are, until the password is right or replaced.
pub async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    table::sweep_tries(tx, before).await
}
