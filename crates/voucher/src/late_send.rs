//! Late hand-over (VO-8): ten minutes after its start, or its minute, each send is judged once. One whose messages are not
//! all handed over by then raises one alarm: an error in the log, a place in the operators' list, a notice to its admins.

pub mod judge;
pub mod table;
pub mod views;

use chrono::Duration;

/// VO-8: within which all messages of a send are handed over.
pub const PUNCTUAL: Duration = Duration::minutes(10);
