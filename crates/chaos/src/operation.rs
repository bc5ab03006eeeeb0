//! What clients ask of Dure: one function an operation, each driven to a definite answer.

pub mod gift;
pub mod order;
pub mod purchase;
pub mod read;
pub mod send;
pub mod stock;

use contract::google::r#type::Money;

/// Won as the API says them.
pub fn won(amount: i64) -> Option<Money> {
    contract::money(words::Money::from_won(amount))
}

/// What an amount comes to.
pub fn units(amount: Option<&Money>) -> i64 {
    amount.map_or(0, |amount| amount.units)
}
