//! Each day: images that no send carries any more are forgotten (VO-6).

use flow::Slot;

use crate::image::forget::ForgetImages;

/// One turn.
pub fn every(_: Slot) -> ForgetImages {
    ForgetImages
}
