//! The carrier's gateway (NO-2): one signed JSON call for up to 1,000 texts. It knows each by our id and answers it as it
//! did the first time, so a call whose answer was lost can be made again. A 429, or a 503 with `Retry-After`, asks for
//! peace: then nothing goes to it for so many seconds but what is urgent.
//!
//! `POST <url>/v1/messages` with `X-Key`, `X-Timestamp` (seconds) and `X-Signature`: HMAC-SHA-256 in hexadecimal over
//! timestamp, path and the body's SHA-256, joined by `\n`. Pictures stand once in the call, in base64 by their digests;
//! an MMS names its own. It answers `{"results":[{"id":"…","code":"0"}]}`; any other
//! code is a refusal. What became of the accepted ones it reports to `POST /v1/deliveries:report`.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use boot::{Https, NoAnswer};
use flow::Clock;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Letter, Port};
use crate::{
    message::{Failure, code, record::Outcome},
    settings,
    signature::SharedKey,
};

const PATH: &str = "/v1/messages";
/// Longest time for one call: well under the lease of what it carries.
const LONGEST_CALL: u32 = 60;
/// Each wants a connection to the database now and then.
const MOST_CALLS: u32 = 32;

/// See the module.
pub struct Carrier {
    https: Https,
    url: String,
    key_id: String,
    key: SharedKey,
    from: String,
    clock: Clock,
}

#[derive(Serialize)]
struct Call<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pictures: BTreeMap<&'a str, String>,
    messages: Vec<Text<'a>>,
}

#[derive(Serialize)]
struct Text<'a> {
    id: Uuid,
    #[serde(rename = "type")]
    kind: String,
    from: &'a str,
    to: &'a str,
    subject: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Verdict {
    id: Uuid,
    code: String,
}

impl Carrier {
    /// From settings; signed at the clock's time.
    pub fn new(settings: &settings::Carrier, clock: Clock) -> anyhow::Result<Self> {
        anyhow::ensure!(!settings.url.is_empty(), "notification.carrier.url is empty");
        anyhow::ensure!(!settings.secret.expose().is_empty(), "notification.carrier.secret is empty");
        anyhow::ensure!(
            (1..=LONGEST_CALL).contains(&settings.time_out_seconds),
            "notification.carrier.time_out_seconds must be 1 to {LONGEST_CALL}"
        );
        anyhow::ensure!(
            (1..=MOST_CALLS).contains(&settings.calls_at_once),
            "notification.carrier.calls_at_once must be 1 to {MOST_CALLS}"
        );
        Ok(Self {
            https: Https::new(&settings.url, Duration::from_secs(settings.time_out_seconds.into()))?,
            url: settings.url.trim_end_matches('/').to_owned(),
            key_id: settings.key.clone(),
            key: SharedKey::new(settings.secret.expose()),
            from: settings.from.clone(),
            clock,
        })
    }

    /// The verdict on each, or what that means for all of them.
    async fn call(&self, letters: &[Letter]) -> Result<HashMap<Uuid, String>, Outcome> {
        let later = |why: &str| Outcome::Later(Failure::Unreachable(why.into()));
        let messages = letters.iter().map(|letter| self.text(letter)).collect();
        let body = serde_json::to_vec(&Call { pictures: pictures(letters), messages }).map_err(|_| later("JSON"))?;
        let time = self.clock.now().timestamp().to_string();
        let signature = self.key.sign(&[&time, PATH, &hex::encode(Sha256::digest(&body))]);
        let headers = [("x-key", self.key_id.as_str()), ("x-timestamp", &time), ("x-signature", &signature)];
        let answer = self.https.post_json(&format!("{}{PATH}", self.url), &headers, body).await;
        let answer = answer.map_err(|why| match why {
            NoAnswer::Wait(_, seconds) => Outcome::Hold(Failure::Unreachable(why.to_string()), seconds.max(1)),
            _ => later(&why.to_string()),
        })?;
        let answer: Answer = serde_json::from_slice(&answer).map_err(|_| later("ANSWER"))?;
        Ok(answer.results.into_iter().map(|verdict| (verdict.id, verdict.code)).collect())
    }

    fn text<'a>(&'a self, letter: &'a Letter) -> Text<'a> {
        Text {
            id: letter.id,
            kind: letter.channel.as_str().to_uppercase(),
            from: &self.from,
            to: &letter.to,
            subject: &letter.subject,
            text: &letter.body,
            picture: letter.picture.as_ref().map(|picture| picture.digest.as_str()),
        }
    }
}

/// Each once, however many letters carry it.
fn pictures(letters: &[Letter]) -> BTreeMap<&str, String> {
    let distinct: BTreeMap<_, _> =
        letters.iter().filter_map(|letter| letter.picture.as_ref()).map(|p| (p.digest.as_str(), &p.data)).collect();
    distinct.into_iter().map(|(digest, data)| (digest, BASE64_STANDARD.encode(data))).collect()
}

#[async_trait::async_trait]
impl Port for Carrier {
    async fn send(&self, letters: &[Letter]) -> Vec<Outcome> {
        let verdicts = match self.call(letters).await {
            Ok(verdicts) => verdicts,
            Err(why) => {
                tracing::warn!(?why, count = letters.len(), "the carrier did not take a call");
                return vec![why; letters.len()];
            }
        };
        let outcome = |letter: &Letter| match verdicts.get(&letter.id).map(String::as_str) {
            Some("0") => Outcome::Accepted,
            Some(said) => Outcome::Never(Failure::Refused(code(said))),
            None => Outcome::Later(Failure::Unreachable("UNANSWERED".into())),
        };
        letters.iter().map(outcome).collect()
    }
}
