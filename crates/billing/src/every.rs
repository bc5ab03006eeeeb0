//! Time → our verbs.

pub mod hour_expire_unpaid_orders;
pub mod hour_expire_unpaid_purchases;
