//! Voucher has funded the lot of an approved purchase (`LotFunded`): the history shows its validity (BI-30).

use contract::{day, voucher::v1 as pb, won};
use flow::{Fault, Stop, Tx, Verb};
use serde::Serialize;
use words::{CompanyId, Day, Money};

use super::{PurchaseId, table};
use crate::lot::{self, know::KnowLot};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct NoteLot {
    purchase: PurchaseId,
    lot: String,
    valid_through: Day,
    holds: KnowLot,
}

impl NoteLot {
    /// From the fact.
    pub fn of(fact: pb::LotFunded) -> Result<Self, Stop> {
        let purchase = PurchaseId::parse(&fact.purchase_id).map_err(Fault::bug)?;
        let holds = KnowLot {
            purchase,
            company: CompanyId::parse(&fact.company_id).map_err(Fault::bug)?,
            version: 1,
            available: won(fact.face_value.as_ref()).map_err(Fault::bug)?,
            reserved: Money::ZERO,
        };
        Ok(Self {
            purchase,
            holds,
            valid_through: day(fact.valid_through.as_ref()).map_err(Fault::bug)?,
            lot: fact.lot_id,
        })
    }
}

impl Verb for NoteLot {
    const NAME: &'static str = "NoteLot";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let mut purchase = table::lock(tx, self.purchase).await?;
        if purchase.lot.is_none() {
            purchase.lot = Some(self.lot.clone());
            purchase.valid_through = Some(self.valid_through);
            purchase.version += 1;
            table::save(tx, &purchase).await?;
        }
        lot::table::put(tx, &self.holds).await
    }
}
