//! Each minute, sends whose ten minutes are over are judged once (VO-8).

use flow::Slot;

use crate::late_send::judge::JudgeSends;

/// Time → verb.
pub fn every(_: Slot) -> JudgeSends {
    JudgeSends
}
