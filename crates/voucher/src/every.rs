//! What time sets off.

pub mod day_expire_lots;
pub mod day_forget_images;
pub mod day_forget_sheets;
pub mod hour_forget_uploads;
pub mod hour_notice_lots;
pub mod hour_remind_recipients;
pub mod hour_sweep;
pub mod minute_judge_sends;
pub mod second_dispatch_due_sends;
pub mod second_tell_lot_balances;
