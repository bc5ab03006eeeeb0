//! Other contexts' facts that membership reacts to.

pub mod order_paid;
