//! What others tell, and what we do about it.

pub mod messages_reported;
pub mod purchase_approved;
pub mod purchase_refund_requested;
