//! Each day: pictures that no message can need any more are forgotten (NO-4).

use flow::Slot;

use crate::picture::forget::ForgetPictures;

/// One turn.
pub fn every(_: Slot) -> ForgetPictures {
    ForgetPictures
}
