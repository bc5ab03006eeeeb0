//! Other contexts' facts → our verbs.

pub mod company_changed;
pub mod lot_balance_changed;
pub mod lot_close_refused;
pub mod lot_closed;
pub mod lot_funded;
pub mod membership_ended;
pub mod order_applied;
pub mod quote_created;
