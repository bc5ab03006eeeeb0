//! Each hour, what no longer counts is forgotten (VO-11).

use flow::Slot;

use crate::throttle::sweep::Sweep;

/// Time → verb.
pub fn every(_: Slot) -> Sweep {
    Sweep
}
