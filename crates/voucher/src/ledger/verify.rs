//! Proves the whole ledger (VO-2, VO-19): every lot's balances against its entries, its entries against its gifts and
//! sends. A lot that fails is named and parked: it refuses further sends, everything else goes on.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::Money;

use super::{Account, Buckets, table};
use crate::lot::{self, LotId};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct VerifyLedger;

/// What was found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Verified {
    /// Lots.
    pub lots: i64,
    /// Entries.
    pub entries: i64,
    /// Of all lots.
    pub face: Money,
    /// Of all lots, by their entries.
    pub recomputed: Buckets,
    /// Which lots fail, and how.
    pub breaches: Vec<(LotId, String)>,
}

impl Verb for VerifyLedger {
    const NAME: &'static str = "VerifyLedger";
    type Answer = Verified;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("*")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Verified, Stop> {
        let counts = table::count(tx.conn(), None).await?;
        let verified = sum(&counts).ok_or_else(|| crate::sql::unknown("amount: the sum of all lots does not fit"))?;
        for (lot, breach) in &verified.breaches {
            tracing::error!(%lot, breach, "a lot's ledger does not add up: the lot is parked");
            lot::table::set_state(tx, *lot, lot::State::Parked).await?;
        }
        Ok(verified)
    }
}

fn sum(counts: &[table::Count]) -> Option<Verified> {
    let total = |of: fn(&table::Count) -> Money| Money::total(counts.iter().map(of));
    let bucket = |account: Account| Money::total(counts.iter().map(|count| count.entries.of(account)));
    let breaches = counts.iter().filter(|c| !c.breaches.is_empty()).map(|c| (c.lot, c.breaches.join("; ")));
    Some(Verified {
        lots: i64::try_from(counts.len()).ok()?,
        entries: counts.iter().map(|count| count.count).sum(),
        face: total(|count| count.face)?,
        recomputed: Buckets {
            available: bucket(Account::Available)?,
            reserved: bucket(Account::Reserved)?,
            outstanding: bucket(Account::Outstanding)?,
            claimed: bucket(Account::Claimed)?,
            expired: bucket(Account::Expired)?,
            refunded: bucket(Account::Refunded)?,
        },
        breaches: breaches.collect(),
    })
}
