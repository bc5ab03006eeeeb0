//! Documents handed in (ID-10): PDF, JPEG or PNG, at most 10 MiB, type decided by content; the bytes lie in the object
//! store, the row says what they are and whose. One that no form claims is deleted after a day.

pub mod download;
pub mod sweep;
mod table;
pub mod upload;

use contract::identity::v1 as pb;
use flow::{Read, Stop, Tx};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Wrong, typed_id};

use crate::rpc::wrong_field;

typed_id!(
    /// A document.
    pub DocumentId, "doc"
);

/// ID-10.
pub const LARGEST: usize = 10 * 1024 * 1024;

const NOT_FREE: Wrong = Wrong::new(
    "DOCUMENT_NOT_FOUND",
    "There is no such document, or a form has it already. Upload it again.",
    "문서를 찾을 수 없거나 이미 제출되었습니다. 다시 올려 주세요.",
);

/// A document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    id: DocumentId,
    company: Option<CompanyId>,
    file_name: String,
    content_type: String,
    size_bytes: i64,
    sha256: String,
    path: String,
}

impl Document {
    /// For the caller.
    pub fn render(self) -> pb::Document {
        pb::Document {
            document_id: self.id.to_string(),
            file_name: self.file_name,
            content_type: self.content_type,
            size_bytes: self.size_bytes,
            sha256: self.sha256,
        }
    }
}

/// Hands a free document to a company, once; the form's field is named when it cannot be had.
pub async fn claim(tx: &Tx, id: DocumentId, company: CompanyId, field: &str) -> Result<(), Stop> {
    if table::claim(tx, id, company).await? { Ok(()) } else { Err(wrong_field(field, NOT_FREE).into()) }
}

/// For a reviewer's list.
pub async fn find(read: &Read, id: DocumentId) -> Result<Option<Document>, Stop> {
    table::find(read.conn(), id).await
}
