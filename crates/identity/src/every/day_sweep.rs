//! Each day: what can no longer be used is deleted.

use flow::Slot;

use crate::session::sweep::Sweep;

/// The verb.
pub fn every(_: Slot) -> Sweep {
    Sweep
}
