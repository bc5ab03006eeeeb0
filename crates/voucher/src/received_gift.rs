//! The gifts of a phone as its owner sees them (VO-10): of every company and send, found by a proven phone instead of a
//! code. Recalled ones are invisible.

pub mod claim;
pub mod decline;
pub mod table;
pub mod views;

use flow::{Refusal, Stop, Tx, code};
use words::Secret;

use crate::{
    gift::{GiftId, Received},
    phone_proof,
};

/// VO-10: also for another phone's gift, and for a recalled one.
pub const RECEIVED_GIFT_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "RECEIVED_GIFT_NOT_FOUND",
    "This phone has no such gift. Its gifts are listed under /v1/receivedGifts:list.",
    "이 휴대폰 번호로 받은 선물 중에 없습니다. 받은 선물 목록(/v1/receivedGifts:list)을 확인하세요.",
);

/// The gift, if it is the proven phone's.
async fn find(tx: &Tx, gift: GiftId, token: &Secret<String>) -> Result<Received, Stop> {
    let phone = phone_proof::phone_of(tx.sealer(), token.expose(), tx.now())?;
    Ok(table::find(tx.conn(), gift, &phone).await?.ok_or(RECEIVED_GIFT_NOT_FOUND)?)
}
