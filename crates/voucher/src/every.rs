//! What time sets off.

pub mod day_expire_lots;
pub mod hour_forget_uploads;
pub mod hour_remind_recipients;
pub mod second_dispatch_due_sends;
