//! The image of a send, as its recipients get it (VO-6).

use contract::{google::api::HttpBody, voucher::v1 as pb};
use flow::{Fields, Read, Refusal, Stop, code};

use super::table;
use crate::send::{self, SEND_NOT_FOUND, SendId};

/// VO-6.
pub const SEND_HAS_NO_IMAGE: Refusal = Refusal::new(
    code::NOT_FOUND,
    "SEND_HAS_NO_IMAGE",
    "This send has no image. Put one on it with :uploadImage.",
    "이 발송에는 이미지가 없습니다. 이미지를 먼저 등록해 주세요.",
);

/// `GetImage`.
pub async fn get(read: Read, m: pb::GetImageRequest) -> Result<HttpBody, Stop> {
    let company = read.caller().company()?;
    let f = Fields::new();
    let (id,) = f.all((f.parse::<SendId>("send_id", &m.send_id),))?;
    let send = send::table::find(read.conn(), id, company).await?.ok_or(SEND_NOT_FOUND)?;
    let digest = send.message.image.ok_or(SEND_HAS_NO_IMAGE)?;
    let data = table::find(read.conn(), &digest).await?.ok_or(SEND_HAS_NO_IMAGE)?;
    Ok(HttpBody { content_type: "image/jpeg".to_owned(), data, extensions: Vec::new() })
}
