//! Each day the lots and gifts whose last day has passed expire (VO-15).

use flow::Slot;

use crate::lot::expire::ExpireLots;

/// Time → verb.
pub fn every(_: Slot) -> ExpireLots {
    ExpireLots
}
