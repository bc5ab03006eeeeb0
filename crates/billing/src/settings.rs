//! Billing's settings (`billing.default.toml` says what each means).

use contract::{billing::v1 as pb, date, money};
use serde::Deserialize;
use words::{Day, Money};

use crate::reference::Reference;

/// `[billing]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// BI-10, BI-19.
    pub pay_within_days: i64,
    /// BI-8.
    pub quote_valid_days: i64,
    /// BI-11.
    pub account: Account,
    /// BI-8.
    pub font_folders: Vec<std::path::PathBuf>,
}

/// The account customers pay to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    bank: String,
    number: String,
    holder: String,
}

impl Settings {
    /// Where to pay, how much, with which reference, until when (BI-11).
    pub fn transfer(&self, amount: Money, reference: &Reference, pay_by: Day) -> pb::TransferInstruction {
        pb::TransferInstruction {
            bank: self.account.bank.clone(),
            account_number: self.account.number.clone(),
            account_holder: self.account.holder.clone(),
            amount: money(amount),
            reference: reference.as_str().to_owned(),
            pay_by: date(pay_by),
        }
    }
}
