//! Each hour, uploads that nobody finished within a day are forgotten (VO-18).

use flow::Slot;

use crate::sheet_upload::forget::ForgetUploads;

/// Time → verb.
pub fn every(_: Slot) -> ForgetUploads {
    ForgetUploads
}
