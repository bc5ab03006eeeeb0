//! The lot of a purchase was funded (VO-1): the history shows its validity.

use contract::voucher::v1::LotFunded;
use flow::{Flow, Stop};

use crate::purchase::note_lot::NoteLot;

/// The fact, as our verb.
pub async fn when(_: Flow, fact: LotFunded) -> Result<NoteLot, Stop> {
    NoteLot::of(fact)
}
