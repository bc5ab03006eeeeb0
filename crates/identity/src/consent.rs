//! What people agree to (ID-7): documents with versions, shipped as data; each answer is kept with its version, when and
//! from where, and never overwritten.

pub mod give;
mod table;

use std::collections::BTreeMap;

use contract::identity::v1 as pb;
use flow::{Fields, Read, Stop, Tx};
use serde::{Deserialize, Serialize};
use words::{AccountId, Wrong};

const REQUIRED: Wrong =
    Wrong::new("CONSENT_REQUIRED", "A required document is not agreed to.", "필수 동의 항목입니다.");
const NO_SUCH: Wrong = Wrong::new(
    "CONSENT_VERSION",
    "There is no such document in this version; list the documents and show the newest.",
    "해당 버전의 약관이 없습니다. 최신 약관을 확인하세요.",
);
const TWICE: Wrong = Wrong::new(
    "CONSENT_CONTRADICTS",
    "A document is answered yes and no; answer each once.",
    "같은 약관에 서로 다른 답이 있습니다. 약관마다 한 번만 답하세요.",
);

/// The newest version of each document.
pub struct Documents(Vec<Document>);

#[derive(Deserialize)]
struct Document {
    key: String,
    version: i32,
    required: bool,
    title: String,
    text: String,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    key: String,
    version: i32,
    agreed: bool,
}

impl Document {
    fn missing(&self) -> Wrong {
        REQUIRED.said(format!("`{}` must be agreed to.", self.key), format!("동의가 필요합니다: {}", self.title))
    }
}

impl Documents {
    /// As they come with this build.
    pub fn shipped() -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct File {
            document: Vec<Document>,
        }
        Ok(Self(toml::from_str::<File>(include_str!("consent/documents.toml"))?.document))
    }

    /// Answers that must have a yes to everything required, as in a sign-up.
    pub fn complete(&self, f: &Fields, field: &str, answers: &[pb::Consent]) -> Option<Vec<Given>> {
        for document in self.0.iter().filter(|d| d.required) {
            let agreed = answers.iter().any(|a| a.key == document.key && a.agreed);
            f.must(agreed, field, document.missing());
        }
        self.read(f, field, answers)
    }

    /// Answers to documents as they are now.
    pub fn read(&self, f: &Fields, field: &str, answers: &[pb::Consent]) -> Option<Vec<Given>> {
        let newest = |a: &pb::Consent| self.0.iter().any(|d| d.key == a.key && d.version == a.version);
        let mut given = BTreeMap::new();
        for a in answers {
            f.must(newest(a), field, NO_SUCH)?;
            let answer = Given { key: a.key.clone(), version: a.version, agreed: a.agreed };
            let before = given.insert(a.key.clone(), answer);
            f.must(before.is_none_or(|before| before.agreed == a.agreed), field, TWICE)?;
        }
        Some(given.into_values().collect())
    }

    /// Required documents whose newest version has no yes among these (ID-7: asked for at the next login).
    fn due(&self, given: &[Given]) -> Vec<String> {
        let agreed = |d: &Document| given.iter().any(|g| g.key == d.key && g.version == d.version && g.agreed);
        self.0.iter().filter(|d| d.required && !agreed(d)).map(|d| d.key.clone()).collect()
    }
}

/// Keeps answers.
pub async fn keep(tx: &Tx, account: AccountId, given: &[Given]) -> Result<(), Stop> {
    table::append(tx, account, given).await
}

/// What this account has to be asked.
pub async fn due(tx: &Tx, account: AccountId) -> Result<Vec<String>, Stop> {
    Ok(tx.part::<Documents>().due(&table::newest(tx, account).await?))
}

/// `ListConsentDocuments`.
pub async fn list(read: Read, _: pb::ListConsentDocumentsRequest) -> Result<pb::ListConsentDocumentsReply, Stop> {
    let render = |d: &Document| pb::ConsentDocument {
        key: d.key.clone(),
        version: d.version,
        required: d.required,
        title: d.title.clone(),
        text: d.text.clone(),
    };
    Ok(pb::ListConsentDocumentsReply { documents: read.part::<Documents>().0.iter().map(render).collect() })
}

#[cfg(test)]
mod tests {
    use flow::Refusal;

    use super::*;

    fn yes(key: &str, version: i32) -> pb::Consent {
        pb::Consent { key: key.into(), version, agreed: true }
    }

    fn read(answers: &[pb::Consent]) -> Result<Vec<Given>, Refusal> {
        let f = Fields::new();
        let given = Documents::shipped().unwrap().complete(&f, "consents", answers);
        f.all((given,)).map(|(given,)| given)
    }

    // ID-7
    #[test]
    fn every_required_document_needs_a_yes_in_its_newest_version() {
        let all = [yes("privacy", 1), yes("age-14", 1), yes("terms", 1)];
        assert_eq!(read(&all).unwrap().len(), 3);
        let no = read(&all[..2]).unwrap_err();
        assert_eq!(no.violations().len(), 1);
        assert!(no.violations()[0].0 == "consents" && no.violations()[0].1.contains("terms"));
        let old = read(&[yes("privacy", 0), yes("age-14", 1), yes("terms", 1)]).unwrap_err();
        assert!(old.violations()[0].1.contains("CONSENT_VERSION"));
    }

    // ID-7
    #[test]
    fn a_yes_does_not_stand_beside_a_no_to_the_same_document() {
        let all = [yes("privacy", 1), yes("age-14", 1), yes("terms", 1)];
        let no = pb::Consent { agreed: false, ..yes("privacy", 1) };
        let both = read(&[all.as_slice(), &[no]].concat()).unwrap_err();
        assert!(both.violations()[0].1.contains("CONSENT_CONTRADICTS"));
        assert_eq!(read(&[all.as_slice(), &all].concat()).unwrap().len(), 3);
    }

    // ID-7
    #[test]
    fn a_new_version_of_a_required_one_is_due() {
        let documents = Documents::shipped().unwrap();
        let given = |version| Given { key: "terms".into(), version, agreed: true };
        assert_eq!(documents.due(&[given(0)]), ["privacy", "age-14", "terms"]);
        assert_eq!(documents.due(&[given(1)]), ["privacy", "age-14"]);
    }
}
