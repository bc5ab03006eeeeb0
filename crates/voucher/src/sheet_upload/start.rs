//! Starts an upload (VO-18): at most five are open in a company, each with a slot of its own.

use contract::voucher::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::Wrong;

use super::{MOST_OPEN, Upload, table};
use crate::{
    send::{self, PERMISSION, SendId},
    sheet::{LARGEST_FILE, earlier, file_name},
};

/// VO-18.
pub const TOO_MANY_UPLOADS: Refusal = Refusal::new(
    code::RESOURCE_EXHAUSTED,
    "TOO_MANY_UPLOADS",
    "Five uploads are open already. Finish or cancel one, or wait until it is forgotten after a day.",
    "진행 중인 업로드가 이미 5건입니다. 하나를 완료하거나 취소해 주세요. 하루가 지나면 삭제됩니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct StartSheetUpload {
    /// The draft it is for.
    pub send: SendId,
    /// As on the sender's machine, without folders.
    pub file_name: String,
    /// Of the whole file, if known.
    pub size: Option<i64>,
    /// Of the whole file, if known.
    pub sha256: Option<Vec<u8>>,
    /// How many days back earlier sends are looked at.
    pub repeat_days: i64,
}

/// The command as it came in.
pub fn parse(m: pb::StartSheetUploadRequest) -> Result<StartSheetUpload, Refusal> {
    const NOT_A_SIZE: Wrong =
        Wrong::new("NOT_A_SIZE", "A file has 1 byte to 20 MiB.", "파일 크기는 1바이트부터 20MiB까지입니다.");
    let f = Fields::new();
    let possible = 0 <= m.size_bytes && usize::try_from(m.size_bytes).is_ok_and(|size| size <= LARGEST_FILE);
    let (send, (), sha256, repeat_days) = f.all((
        f.parse("send_id", &m.send_id),
        f.must(possible, "size_bytes", NOT_A_SIZE),
        f.word("sha256", sha256(&m.sha256)),
        f.word("repeat_days", earlier::days(m.repeat_days)),
    ))?;
    let size = Some(m.size_bytes).filter(|size| *size > 0);
    Ok(StartSheetUpload { send, file_name: file_name(&m.file_name), size, sha256, repeat_days })
}

/// 64 digits in hex, or nothing.
fn sha256(text: &str) -> Result<Option<Vec<u8>>, Wrong> {
    const NOT_A_SHA256: Wrong =
        Wrong::new("NOT_A_SHA256", "This is not a SHA-256 in hex.", "SHA-256(16진수 64자리)이 아닙니다.");
    match text.len() {
        0 => Ok(None),
        64 if text.bytes().all(|b| b.is_ascii_hexdigit()) => {
            let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| NOT_A_SHA256);
            (0..64).step_by(2).map(byte).collect::<Result<_, _>>().map(Some)
        }
        _ => Err(NOT_A_SHA256),
    }
}

impl Verb for StartSheetUpload {
    const NAME: &'static str = "StartSheetUpload";
    type Answer = Upload;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Upload, Stop> {
        let company = tx.caller().company()?;
        send::table::lock(tx, self.send, company).await?.is_draft()?;
        let upload = Upload {
            id: tx.id(),
            send: self.send,
            file_name: self.file_name.clone(),
            size: self.size,
            sha256: self.sha256.clone(),
            repeat_days: self.repeat_days,
            received: 0,
            created_at: tx.now(),
        };
        for slot in 1..=MOST_OPEN {
            if table::insert(tx, &upload, company, slot).await? {
                return Ok(upload);
            }
        }
        Err(TOO_MANY_UPLOADS.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_from_hex() {
        assert_eq!(sha256("").unwrap(), None);
        assert_eq!(sha256(&"0f".repeat(32)).unwrap(), Some(vec![0x0f; 32]));
        for text in ["0f", &"가나".repeat(11), &"zz".repeat(32)] {
            assert_eq!(sha256(text).unwrap_err().reason, "NOT_A_SHA256");
        }
    }
}
