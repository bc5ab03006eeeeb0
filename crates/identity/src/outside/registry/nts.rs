//! The National Tax Service's JSON API (ID-4): `validate` compares number, representative and opening date, `status` says
//! whether the business is open. Faults are tried again with a growing pause; then the answer is `Unavailable`.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use boot::Https;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use words::{Brn, Secret};

use super::{Answer, Firm};
use crate::settings;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// `b_stt_cd`: in business.
const OPEN: &str = "01";
/// `valid`: all agrees.
const VALID: &str = "01";

/// The adapter.
#[derive(Debug)]
pub struct Nts {
    https: Https,
    url: String,
    service_key: Secret<String>,
    attempts: u32,
}

#[derive(Serialize)]
struct ValidateRequest {
    businesses: [Business; 1],
}

#[derive(Serialize)]
struct Business {
    b_no: String,
    start_dt: String,
    p_nm: String,
}

#[derive(Serialize)]
struct StatusRequest {
    b_no: [String; 1],
}

#[derive(Deserialize)]
struct Reply<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Validated {
    valid: String,
    status: Option<Status>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    b_stt_cd: String,
}

impl Nts {
    /// As set.
    pub fn new(settings: &settings::Registry) -> anyhow::Result<Self> {
        ensure!(!settings.service_key.expose().is_empty(), "identity.registry.service_key is missing");
        ensure!(settings.attempts > 0, "identity.registry.attempts must be at least 1");
        Ok(Self {
            https: Https::new(&settings.url, Duration::from_millis(settings.timeout_millis))
                .context("identity.registry.url")?,
            url: settings.url.trim_end_matches('/').to_owned(),
            service_key: settings.service_key.clone(),
            attempts: settings.attempts,
        })
    }

    /// Both calls in one: `validate` answers with the status where the firm is known.
    pub async fn verify(&self, firm: &Firm) -> Answer {
        let (year, month, day) = firm.opened_on.ymd();
        let business = Business {
            b_no: firm.brn.as_str().to_owned(),
            start_dt: format!("{year:04}{month:02}{day:02}"),
            p_nm: firm.representative.clone(),
        };
        let Some(found) = self.ask::<_, Validated>("validate", &ValidateRequest { businesses: [business] }).await
        else {
            return Answer::Unavailable;
        };
        if found.valid != VALID {
            return Answer::Mismatch;
        }
        match found.status {
            Some(status) => status.answer(),
            None => self.status(&firm.brn).await,
        }
    }

    /// In business or not.
    pub async fn status(&self, brn: &Brn) -> Answer {
        let request = StatusRequest { b_no: [brn.as_str().to_owned()] };
        let found = self.ask::<_, Status>("status", &request).await;
        found.map_or(Answer::Unavailable, |s| s.answer())
    }

    async fn ask<Q: Serialize, R: DeserializeOwned>(&self, call: &str, request: &Q) -> Option<R> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=self.attempts {
            match self.once(call, request).await {
                Ok(found) => return Some(found),
                // The URL holds the key: it must not be in the log.
                Err(error) => tracing::warn!(call, attempt, %error, "the business registry is at fault"),
            }
            if attempt < self.attempts {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        None
    }

    async fn once<Q: Serialize, R: DeserializeOwned>(&self, call: &str, request: &Q) -> anyhow::Result<R> {
        let uri = format!("{}/{call}?serviceKey={}", self.url, percent(self.service_key.expose()));
        let body = self.https.post_json(&uri, &[], serde_json::to_vec(request)?).await?;
        let reply: Reply<R> = serde_json::from_slice(&body)?;
        reply.data.into_iter().next().context("an empty answer")
    }
}

/// For a query: everything but letters, digits and `-._~`.
fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl Status {
    fn answer(&self) -> Answer {
        if self.b_stt_cd == OPEN { Answer::Verified } else { Answer::Closed }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{body_partial_json, method, path, query_param},
    };

    use super::*;
    use crate::settings::RegistryKind;

    fn nts(server: &MockServer) -> Nts {
        let settings = settings::Registry {
            kind: RegistryKind::Nts,
            url: server.uri(),
            service_key: "k+y/=".to_owned().into(),
            timeout_millis: 200,
            attempts: 2,
        };
        Nts::new(&settings).unwrap()
    }

    fn firm() -> Firm {
        Firm {
            brn: "1234567891".parse().unwrap(),
            representative: "김두레".into(),
            opened_on: "2015-03-02".parse().unwrap(),
        }
    }

    async fn answering(reply: ResponseTemplate) -> Answer {
        let server = MockServer::start().await;
        let asked = json!({"businesses": [{"b_no": "1234567891", "start_dt": "20150302", "p_nm": "김두레"}]});
        Mock::given(method("POST"))
            .and(path("/validate"))
            .and(query_param("serviceKey", "k+y/="))
            .and(body_partial_json(asked))
            .respond_with(reply)
            .mount(&server)
            .await;
        nts(&server).verify(&firm()).await
    }

    fn data(value: &serde_json::Value) -> ResponseTemplate {
        ResponseTemplate::new(200).set_body_json(json!({"status_code": "OK", "data": [value]}))
    }

    // ID-4
    #[tokio::test]
    async fn what_the_registry_says_is_understood() {
        assert_eq!(answering(data(&json!({"valid": "01", "status": {"b_stt_cd": "01"}}))).await, Answer::Verified);
        assert_eq!(answering(data(&json!({"valid": "02"}))).await, Answer::Mismatch);
        assert_eq!(answering(data(&json!({"valid": "01", "status": {"b_stt_cd": "03"}}))).await, Answer::Closed);
        assert_eq!(answering(ResponseTemplate::new(500)).await, Answer::Unavailable);
        assert_eq!(answering(ResponseTemplate::new(200).set_body_string("<html>")).await, Answer::Unavailable);
        let late = data(&json!({"valid": "01"})).set_delay(Duration::from_secs(5));
        assert_eq!(answering(late).await, Answer::Unavailable);
    }

    // ID-4
    #[tokio::test]
    async fn a_fault_is_tried_again() {
        let server = MockServer::start().await;
        let fault = ResponseTemplate::new(503);
        Mock::given(path("/status")).respond_with(fault).up_to_n_times(1).mount(&server).await;
        Mock::given(path("/status")).respond_with(data(&json!({"b_stt_cd": "01"}))).mount(&server).await;
        assert_eq!(nts(&server).status(&firm().brn).await, Answer::Verified);
    }
}
