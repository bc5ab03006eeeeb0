//! `UploadDocument` (ID-10): the head, then the bytes; too large is refused as soon as it is known, and what a file is
//! says its content, never its name. Anyone may upload, so an address has a limit.

use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tonic::{Status, Streaming};
use words::Wrong;

use super::{Document, LARGEST, table};
use crate::{limits::Limit, settings::Settings};

const LONGEST_NAME: usize = 200;

/// ID-10.
pub const DOCUMENT_TOO_LARGE: Refusal = Refusal::new(
    code::OUT_OF_RANGE,
    "DOCUMENT_TOO_LARGE",
    "A document has at most 10 MiB.",
    "문서는 10 MiB 이하여야 합니다.",
);
/// ID-10.
pub const DOCUMENT_TYPE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "DOCUMENT_TYPE",
    "Only PDF, JPEG and PNG are taken; the content of this file is something else.",
    "PDF, JPEG, PNG 파일만 올릴 수 있습니다. 파일 내용이 다른 형식입니다.",
);
/// The stream does not begin with a head.
const HEAD_FIRST: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "UPLOAD_HEAD_FIRST",
    "The first message of an upload is its head, all others are chunks.",
    "업로드의 첫 메시지는 head, 나머지는 chunk 여야 합니다.",
);

/// Head and bytes of a stream.
pub async fn gather(
    mut parts: Streaming<pb::UploadDocumentRequest>,
) -> Result<(pb::UploadDocumentHead, Vec<u8>), Status> {
    use pb::upload_document_request::Part;
    let first = parts.message().await?.and_then(|m| m.part);
    let Some(Part::Head(head)) = first else { return Err(HEAD_FIRST.into()) };
    let mut bytes = Vec::new();
    while let Some(message) = parts.message().await? {
        let Some(Part::Chunk(chunk)) = message.part else { return Err(HEAD_FIRST.into()) };
        if bytes.len() + chunk.len() > LARGEST {
            return Err(DOCUMENT_TOO_LARGE.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((head, bytes))
}

/// The command; the bytes lie in the store already.
#[derive(Debug, Serialize)]
pub struct UploadDocument {
    file_name: String,
    content_type: String,
    size_bytes: i64,
    sha256: String,
    #[serde(skip)]
    path: String,
}

impl UploadDocument {
    /// What these bytes are, to be kept at this path.
    pub fn of(head: &pb::UploadDocumentHead, bytes: &[u8], path: String) -> Result<Self, Refusal> {
        let content_type = sniff(bytes).ok_or(DOCUMENT_TYPE)?.to_owned();
        let f = Fields::new();
        let (file_name,) = f.all((f.word("file_name", file_name(&head.file_name)),))?;
        let size_bytes = i64::try_from(bytes.len()).map_err(|_| DOCUMENT_TOO_LARGE)?;
        Ok(Self { file_name, content_type, size_bytes, sha256: hex::encode(Sha256::digest(bytes)), path })
    }

    /// Where its bytes lie.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Document {
    /// Whether its bytes lie at this path: an upload done twice has written them twice.
    pub fn lies_at(&self, path: &str) -> bool {
        self.path == path
    }
}

/// A name for people (S53): no folders.
fn file_name(text: &str) -> Result<String, Wrong> {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    words::text::line(last, LONGEST_NAME)
}

/// The type by the first bytes.
fn sniff(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        _ => None,
    }
}

impl Verb for UploadDocument {
    const NAME: &'static str = "UploadDocument";
    type Answer = Document;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Document, Stop> {
        if let Some(address) = tx.caller().address {
            let most = tx.part::<Settings>().limits.uploads_per_address_hour;
            Limit { name: "uploads-address-hour", most, within: Duration::hours(1) }.take(tx, &address).await?;
        }
        let document = Document {
            id: tx.id(),
            company: None,
            file_name: self.file_name.clone(),
            content_type: self.content_type.clone(),
            size_bytes: self.size_bytes,
            sha256: self.sha256.clone(),
            path: self.path.clone(),
        };
        table::insert(tx, &document).await?;
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-10, S49
    #[test]
    fn content_decides() {
        assert_eq!(sniff(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(sniff(&[0xFF, 0xD8, 0xFF, 0xE0]), Some("image/jpeg"));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(sniff(b"PK\x03\x04"), None);
        let head = pb::UploadDocumentHead { file_name: "a.pdf".into(), ..Default::default() };
        assert_eq!(UploadDocument::of(&head, b"MZ", "p".into()).unwrap_err().reason(), "DOCUMENT_TYPE");
    }

    // S53
    #[test]
    fn a_name_has_no_folders() {
        assert_eq!(file_name("../../etc/사업자등록증.pdf").unwrap(), "사업자등록증.pdf");
        assert_eq!(file_name("C:\\x\\y.png").unwrap(), "y.png");
        assert!(file_name("a\0b").is_err());
    }
}
