//! Each hour of the day, companies hear which lots end soon (VO-15).

use flow::Slot;

use crate::lot::notice::NoticeLots;

/// Time → verb.
pub fn every(_: Slot) -> NoticeLots {
    NoticeLots
}
