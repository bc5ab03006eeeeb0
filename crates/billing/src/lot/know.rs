//! Keeps what a lot holds: whatever comes twice or late changes nothing.

use contract::{voucher::v1 as pb, won};
use flow::{Fault, Stop, Tx, Verb};
use serde::Serialize;
use words::{CompanyId, Money};

use super::table;
use crate::purchase::PurchaseId;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct KnowLot {
    /// Whose lot.
    pub purchase: PurchaseId,
    /// Its company.
    pub company: CompanyId,
    /// The newest is kept.
    pub version: i64,
    /// Can be sent.
    pub available: Money,
    /// Set aside.
    pub reserved: Money,
}

impl KnowLot {
    /// From the fact.
    pub fn of(fact: pb::LotBalanceChanged) -> Result<Self, Stop> {
        Ok(Self {
            purchase: PurchaseId::parse(&fact.purchase_id).map_err(Fault::bug)?,
            company: CompanyId::parse(&fact.company_id).map_err(Fault::bug)?,
            version: fact.version,
            available: won(fact.available.as_ref()).map_err(Fault::bug)?,
            reserved: won(fact.reserved.as_ref()).map_err(Fault::bug)?,
        })
    }
}

impl Verb for KnowLot {
    const NAME: &'static str = "KnowLot";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        table::put(tx, self).await
    }
}
