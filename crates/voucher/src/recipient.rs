//! A recipient of a send (VO-3): name, phone, amount, and a number in the send's order.

pub mod add;
pub mod export;
pub mod remove;
pub mod table;
pub mod take;
pub mod views;

use words::{Money, typed_id};

typed_id!(/// A recipient.
    pub RecipientId, "rcp");

/// A recipient as stored.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Its id.
    pub id: RecipientId,
    /// Its place in the send, from 1.
    pub number: i64,
    /// The name.
    pub name: String,
    /// The phone's digits.
    pub phone: String,
    /// The amount.
    pub amount: Money,
}
