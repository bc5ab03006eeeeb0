//! `GiveConsents` (ID-7): optional documents are agreed to or withdrawn as one likes, required ones when their version is
//! new; a required one is withdrawn only by leaving.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::Wrong;

use super::{Documents, Given, table};
use crate::audit::Note;

const STAYS: Wrong = Wrong::new(
    "CONSENT_REQUIRED",
    "A required document cannot be declined by a member.",
    "필수 동의는 철회할 수 없습니다. 탈퇴를 이용하세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct GiveConsents(Vec<Given>);

/// Reads the message.
pub fn parse(documents: &Documents, m: &pb::GiveConsentsRequest) -> Result<GiveConsents, Refusal> {
    let f = Fields::new();
    f.must(!m.consents.is_empty(), "consents", Wrong::MISSING);
    for a in m.consents.iter().filter(|a| !a.agreed) {
        let required = documents.0.iter().any(|d| d.required && d.key == a.key);
        f.must(!required, "consents", STAYS);
    }
    let (given,) = f.all((documents.read(&f, "consents", &m.consents),))?;
    Ok(GiveConsents(given))
}

/// Where the account stands now.
#[derive(Serialize, Deserialize)]
pub struct Standing(Vec<Given>);

impl Standing {
    /// For the caller.
    pub fn render(self) -> pb::GiveConsentsReply {
        let consent = |g: Given| pb::Consent { key: g.key, version: g.version, agreed: g.agreed };
        pb::GiveConsentsReply { consents: self.0.into_iter().map(consent).collect() }
    }
}

impl Verb for GiveConsents {
    const NAME: &'static str = "GiveConsents";
    type Answer = Standing;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.signed_in()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Standing, Stop> {
        let account = tx.caller().account()?.clone();
        table::append(tx, account.id, &self.0).await?;
        let answers: Vec<_> = self.0.iter().map(|g| format!("{} v{}: {}", g.key, g.version, g.agreed)).collect();
        Note::new("consent.given", account.id).of(account.company).detail(answers.join(", ")).record(tx).await?;
        Ok(Standing(table::newest(tx, account.id).await?))
    }
}
