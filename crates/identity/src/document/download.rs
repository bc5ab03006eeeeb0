//! `DownloadDocument` (ID-10): to the company's own admins and to reviewers; anyone else's is not found. Each is audited (S58).

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};

use super::{DocumentId, table};
use crate::audit::Note;

/// Not there for this caller.
pub const DOCUMENT_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "DOCUMENT_NOT_FOUND", "There is no such document.", "문서를 찾을 수 없습니다.");

/// The command.
#[derive(Debug, Serialize)]
pub struct DownloadDocument(DocumentId);

/// Reads the message.
pub fn parse(m: &pb::DownloadDocumentRequest) -> Result<DownloadDocument, Refusal> {
    let f = Fields::new();
    f.all((f.parse("document_id", &m.document_id),)).map(|(id,)| DownloadDocument(id))
}

/// Where the bytes lie, and what they are.
#[derive(Serialize, Deserialize)]
pub struct Found {
    /// In the object store.
    pub path: String,
    /// MIME type.
    pub content_type: String,
}

impl Verb for DownloadDocument {
    const NAME: &'static str = "DownloadDocument";
    type Answer = Found;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("reviewer").or_else(|_| caller.admin_with("*"))
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Found, Stop> {
        let company = tx.caller().confined_to()?;
        let document = table::find(tx.conn(), self.0).await?.ok_or(DOCUMENT_NOT_FOUND)?;
        if company.is_some() && document.company != company {
            return Err(DOCUMENT_NOT_FOUND.into());
        }
        Note::new("document.read", self.0).of(document.company).record(tx).await?;
        Ok(Found { path: document.path, content_type: document.content_type })
    }
}
