//! What membership does as time goes by.

pub mod hour_turn_memberships;
pub mod minute_apply_waiting_orders;
