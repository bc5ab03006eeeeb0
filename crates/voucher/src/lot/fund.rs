//! Funds a lot with an approved purchase (VO-1, BI-19): one purchase, one lot, however often it is told.

use contract::{date, money, voucher::v1 as pb};
use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::{CompanyId, Day, Money};

use super::{Lot, LotId, State, table, valid_through};
use crate::ledger::{self, Buckets};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct FundLot {
    /// By billing's id.
    pub purchase: String,
    /// Whose.
    pub company: CompanyId,
    /// What was bought.
    pub face: Money,
    /// The approval day.
    pub approved_on: Day,
}

impl Verb for FundLot {
    const NAME: &'static str = "FundLot";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let lot = Lot {
            id: tx.id::<LotId>(),
            company: self.company,
            purchase: self.purchase.clone(),
            face: self.face,
            buckets: Buckets { available: self.face, ..Buckets::default() },
            funded_on: self.approved_on,
            valid_through: valid_through(self.approved_on),
            state: State::Open,
            version: 1,
            created_at: tx.now(),
        };
        if !table::insert(tx, &lot).await? {
            return Ok(()); // told before
        }
        ledger::table::post_funding(tx, lot.id, lot.face).await?;
        let funded = pb::LotFunded {
            lot_id: lot.id.to_string(),
            purchase_id: lot.purchase,
            company_id: lot.company.to_string(),
            face_value: money(lot.face),
            valid_through: date(lot.valid_through),
        };
        tx.announce(lot.id, 1, funded);
        Ok(())
    }
}
