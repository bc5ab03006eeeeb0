//! Each day: staged sheets nobody needs any more are forgotten (VO-18).

use flow::Slot;

use crate::sheet::forget::ForgetSheets;

/// One turn.
pub fn every(_: Slot) -> ForgetSheets {
    ForgetSheets
}
