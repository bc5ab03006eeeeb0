//! Who the shell is: signed in once, kept in a file only its owner can read, renewed when its ten minutes are over.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufRead as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::{Client, Failure};

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
pub struct Session {
    url: String,
    access_token: String,
    refresh_token: String,
    expires: DateTime<Utc>,
}

impl Session {
    /// Signs in; asks for the code if one was sent.
    pub async fn begin(client: &Client, url: &str, login_id: &str, password: &str) -> Result<Self, Failure> {
        let mut reply =
            client.call("SessionService/Login", json!({ "login_id": login_id, "password": password })).await?;
        if reply["codeRequired"] == true {
            eprint!("The code that was sent to {}: ", text(&reply, "phoneMasked"));
            let _ = io::stderr().flush();
            let mut code = String::new();
            io::stdin().lock().read_line(&mut code).map_err(|error| Failure::Usage(error.to_string()))?;
            let confirm = json!({ "login_challenge": reply["loginChallenge"], "code": code.trim() });
            reply = client.call("SessionService/ConfirmLogin", confirm).await?;
        }
        if reply["passwordChangeRequired"] == true {
            return Err(Failure::Usage("The password must be changed first; sign in to the portal to do it.".into()));
        }
        Self::of(url, &reply)
    }

    /// The kept session for this address, renewed if it is about to end.
    pub async fn kept(url: &str) -> Result<Option<Self>, Failure> {
        let Some(text) = file().and_then(|file| fs::read_to_string(file).ok()) else { return Ok(None) };
        let Some(kept) = serde_json::from_str::<Self>(&text).ok().filter(|kept| kept.url == url) else {
            return Ok(None);
        };
        if kept.expires > Utc::now() + TimeDelta::seconds(30) {
            return Ok(Some(kept));
        }
        let client = Client::to(url, None, None).await?;
        let renewed =
            client.call("SessionService/RefreshSession", json!({ "refresh_token": kept.refresh_token })).await;
        let renewed = match renewed {
            Ok(reply) => Self::of(url, &reply)?,
            Err(Failure::Refused(_)) => {
                return Err(Failure::Usage("The session has ended; sign in again with `durectl login`.".into()));
            }
            Err(failure) => return Err(failure),
        };
        renewed.keep()?;
        Ok(Some(renewed))
    }

    fn of(url: &str, reply: &Value) -> Result<Self, Failure> {
        let expires = text(reply, "accessExpireTime").parse::<DateTime<Utc>>();
        Ok(Self {
            url: url.to_owned(),
            access_token: text(reply, "accessToken").to_owned(),
            refresh_token: text(reply, "refreshToken").to_owned(),
            expires: expires.map_err(|_| Failure::Away("the answer to the login makes no sense".into()))?,
        })
    }

    /// The access token.
    pub fn token(&self) -> &str {
        &self.access_token
    }

    /// Keeps it for the next command.
    pub fn keep(&self) -> Result<(), Failure> {
        let Some(file) = file() else { return Err(Failure::Usage("there is no HOME to keep the session in".into())) };
        let failed = |error: io::Error| Failure::Usage(format!("{}: {error}", file.display()));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        // Written beside and renamed: a refresh token works once, half a file would lose it.
        let new = file.with_extension("new");
        let mut out =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new).map_err(failed)?;
        out.write_all(json!(self).to_string().as_bytes()).map_err(failed)?;
        fs::rename(new, &file).map_err(failed)
    }
}

/// Forgets it.
pub fn forget() {
    if let Some(file) = file() {
        let _ = fs::remove_file(file);
    }
}

fn file() -> Option<PathBuf> {
    let named = std::env::var_os("DURE_SESSION").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config/dure/session.json")))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}
