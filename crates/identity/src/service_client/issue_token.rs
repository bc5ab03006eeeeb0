//! `IssueServiceToken` (ID-28): a client id and its secret for ten minutes of the scopes asked for, none it does not have.
//! A wrong one is counted by address and audited.

use std::collections::BTreeSet;

use boot::token::{ACCESS, Claims, Kind, TokenSigner};
use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Caller, Instant, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use words::Secret;

use super::hash;
use crate::{
    audit::Note,
    limits::Limit,
    settings::{ServiceClient, Settings},
};

const LASTS: Duration = Duration::minutes(10);
const WRONG_ONES: Limit = Limit { name: "wrong-secrets-address-hour", most: 100, within: Duration::hours(1) };

/// ID-28: unknown id and wrong secret alike.
pub const CLIENT_WRONG: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "CLIENT_WRONG",
    "Client id or secret is wrong.",
    "클라이언트 아이디 또는 비밀 키가 틀렸습니다.",
);
/// ID-28.
pub const SCOPE_NOT_GRANTED: Refusal = Refusal::new(
    code::PERMISSION_DENIED,
    "SCOPE_NOT_GRANTED",
    "This client does not have all the scopes it asks for.",
    "요청한 scope 중 부여되지 않은 것이 있습니다.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct IssueServiceToken {
    client_id: String,
    secret: Secret<String>,
    scopes: BTreeSet<String>,
}

/// Reads the message.
pub fn parse(m: pb::IssueServiceTokenRequest) -> Result<IssueServiceToken, Refusal> {
    Ok(IssueServiceToken {
        client_id: m.client_id,
        secret: Secret::new(m.client_secret),
        scopes: m.scopes.into_iter().collect(),
    })
}

/// The token.
#[derive(Serialize, Deserialize)]
pub struct Issued {
    token: String,
    until: Instant,
    scopes: BTreeSet<String>,
}

impl Issued {
    /// For the caller.
    pub fn render(self) -> pb::ServiceToken {
        pb::ServiceToken {
            access_token: self.token,
            expire_time: contract::timestamp(self.until),
            scopes: self.scopes.into_iter().collect(),
        }
    }
}

/// The client of this id and secret.
fn found<'a>(clients: &'a [ServiceClient], id: &str, secret: &str) -> Option<&'a ServiceClient> {
    let presented = hash(secret);
    let right = |c: &&ServiceClient| c.id == id && bool::from(c.secret_sha256.as_bytes().ct_eq(presented.as_bytes()));
    clients.iter().find(right)
}

/// All it has, or those asked for, if it has them.
fn granted(client: &ServiceClient, asked: &BTreeSet<String>) -> Result<BTreeSet<String>, Refusal> {
    let has: BTreeSet<String> = client.scopes.iter().cloned().collect();
    match asked {
        none if none.is_empty() => Ok(has),
        some if some.is_subset(&has) => Ok(some.clone()),
        _ => Err(SCOPE_NOT_GRANTED),
    }
}

impl Verb for IssueServiceToken {
    const NAME: &'static str = "IssueServiceToken";
    type Answer = Issued;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Issued, Stop> {
        let settings = tx.part::<Settings>();
        let Some(client) = found(&settings.service_clients, &self.client_id, self.secret.expose()) else {
            if let Some(address) = tx.caller().address {
                WRONG_ONES.take(tx, &address).await?;
            }
            Note::new("service.refused", "client").detail("wrong id or secret").record(tx).await?;
            return Err(CLIENT_WRONG.keeping());
        };
        let scopes = granted(client, &self.scopes)?;
        let claims = Claims {
            sub: client.id.clone(),
            kind: Kind::Client,
            company: None,
            role: None,
            corporate: false,
            grants: scopes.clone(),
            session: None,
        };
        let token = tx.part::<TokenSigner>().sign(ACCESS, &claims, tx.now(), LASTS);
        let actor = format!("client:{}", client.id);
        let named = scopes.iter().cloned().collect::<Vec<_>>().join(" ");
        Note::new("service.token_issued", &actor).by(&actor).detail(named).record(tx).await?;
        Ok(Issued { token, until: tx.now() + LASTS, scopes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-28
    #[test]
    fn a_client_gets_what_it_has_and_no_more() {
        let client =
            ServiceClient { id: "product".into(), secret_sha256: hash("s3cret"), scopes: vec!["a".into(), "b".into()] };
        let clients = [client.clone()];
        assert!(found(&clients, "product", "s3cret").is_some());
        assert!(found(&clients, "product", "other").is_none() && found(&clients, "someone", "s3cret").is_none());
        let asked = |scopes: &[&str]| granted(&client, &scopes.iter().map(|s| (*s).to_owned()).collect());
        assert_eq!(asked(&[]).unwrap().len(), 2);
        assert_eq!(asked(&["b"]).unwrap().len(), 1);
        assert_eq!(asked(&["b", "c"]).unwrap_err().reason(), "SCOPE_NOT_GRANTED");
    }
}
