//! An upload that goes on where it broke off (VO-18): its bytes lie in the database in the order in which they came, so any
//! replica goes on with it, also after a restart. What is not finished within a day is forgotten.

pub mod append;
pub mod cancel;
pub mod finish;
pub mod forget;
pub mod start;
pub mod table;
pub mod views;

use chrono::Duration;
use flow::{Instant, Refusal, code};
use serde::{Deserialize, Serialize};
use words::typed_id;

use crate::{send::SendId, sheet::LARGEST_FILE};

typed_id!(/// An upload under way.
    pub UploadId, "upl");

/// Open at the same time in one company.
pub const MOST_OPEN: i64 = 5;
/// How long an upload is kept.
pub const KEPT: Duration = Duration::hours(24);

/// An upload as stored, without its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// The draft it is for.
    pub send: SendId,
    /// As on the sender's machine, without folders.
    pub file_name: String,
    /// Of the whole file, if it was said.
    pub size: Option<i64>,
    /// Of the whole file, if it was said.
    pub sha256: Option<Vec<u8>>,
    /// How many days back earlier sends are looked at.
    pub repeat_days: i64,
    /// Bytes that arrived.
    pub received: i64,
    /// When it was started.
    pub created_at: Instant,
}

/// VO-18.
pub const UPLOAD_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "UPLOAD_NOT_FOUND",
    "There is no such upload: it was finished, given up, or forgotten after a day. Start a new one.",
    "해당 업로드가 없습니다. 완료되었거나 취소되었거나 하루가 지나 삭제되었습니다. 새로 시작해 주세요.",
);
/// VO-18.
pub const UPLOAD_AT_ANOTHER_OFFSET: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "UPLOAD_AT_ANOTHER_OFFSET",
    "The upload stands at {offset}. Go on from there.",
    "업로드는 {offset}바이트까지 받았습니다. 그 위치부터 이어서 올려 주세요.",
);
/// VO-18.
pub const UPLOAD_LONGER_THAN_SAID: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "UPLOAD_LONGER_THAN_SAID",
    "The file was said to have {size} bytes; these go beyond. Start a new upload with the right size.",
    "파일 크기를 {size}바이트로 알렸는데 그보다 깁니다. 올바른 크기로 새로 시작해 주세요.",
);

impl Upload {
    /// Whether so many bytes can come at this offset.
    pub fn takes(&self, offset: i64, length: usize) -> Result<(), Refusal> {
        if offset != self.received {
            return Err(UPLOAD_AT_ANOTHER_OFFSET.with("offset", self.received));
        }
        let end = i64::try_from(length).ok().and_then(|length| offset.checked_add(length)).unwrap_or(i64::MAX);
        match self.size {
            Some(size) if end > size => Err(UPLOAD_LONGER_THAN_SAID.with("size", size)),
            _ if end > i64::try_from(LARGEST_FILE).unwrap_or(i64::MAX) => {
                Err(crate::sheet::unreadable::SHEET_TOO_LARGE)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_taken_where_the_upload_stands_and_no_more_than_was_said() {
        // VO-18, S48
        let mut upload = Upload {
            id: uuid::Uuid::nil().into(),
            send: uuid::Uuid::nil().into(),
            file_name: String::new(),
            size: Some(100),
            sha256: None,
            repeat_days: 30,
            received: 40,
            created_at: Instant::UNIX_EPOCH,
        };
        let reason = |upload: &Upload, offset, length| upload.takes(offset, length).err().map(|no| no.reason());
        assert_eq!(reason(&upload, 40, 60), None);
        assert_eq!(reason(&upload, 40, 61), Some("UPLOAD_LONGER_THAN_SAID"));
        let no = upload.takes(39, 1).unwrap_err();
        assert_eq!((no.reason(), no.detail("offset")), ("UPLOAD_AT_ANOTHER_OFFSET", Some("40")));
        upload.size = None;
        assert_eq!(reason(&upload, 40, LARGEST_FILE - 40), None);
        assert_eq!(reason(&upload, 40, LARGEST_FILE - 39), Some("SHEET_TOO_LARGE"));
        assert_eq!(reason(&upload, 40, usize::MAX), Some("SHEET_TOO_LARGE"));
    }
}
