//! What time sets off.

pub mod day_expire_lots;
pub mod second_dispatch_due_sends;
