//! The mailbox of one's own machine (NO-2): what would have been sent, to read one-time codes and links in. Sealed like
//! everything else that holds them (NO-4).

pub mod table;
pub mod views;
