//! What stood in the databases before the first operation of a history: everything else must come from it.

use std::collections::BTreeSet;

use crate::database::Databases;

/// Ids, as the databases write them.
pub struct Baseline {
    /// Orders.
    pub orders: BTreeSet<String>,
    /// Deposits.
    pub deposits: BTreeSet<String>,
    /// Purchases.
    pub purchases: BTreeSet<String>,
    /// Sends that were confirmed.
    pub sends: BTreeSet<String>,
    /// Lots.
    pub lots: BTreeSet<String>,
}

impl Baseline {
    /// As it is now.
    pub async fn of(sql: &Databases) -> anyhow::Result<Self> {
        Ok(Self {
            orders: set(sql.billing.texts("SELECT id FROM orders").await?),
            deposits: set(sql.billing.texts("SELECT id FROM deposit").await?),
            purchases: set(sql.billing.texts("SELECT id FROM purchase").await?),
            sends: set(sql.voucher.texts(CONFIRMED).await?),
            lots: set(sql.voucher.texts("SELECT id FROM lots").await?),
        })
    }
}

/// Sends whose total was set aside.
pub const CONFIRMED: &str = "SELECT id FROM sends WHERE confirmed_at IS NOT NULL";

/// A list as a set.
pub fn set(texts: Vec<String>) -> BTreeSet<String> {
    texts.into_iter().collect()
}
