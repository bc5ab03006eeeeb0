//! Each hour of the day, recipients are reminded of gifts that end soon (VO-15).

use flow::Slot;

use crate::gift::remind::RemindRecipients;

/// Time → verb.
pub fn every(_: Slot) -> RemindRecipients {
    RemindRecipients
}
