//! A purchase's deposit was confirmed (BI-19): fund its lot (VO-1).

use contract::billing::v1::PurchaseApproved;
use flow::{Fault, Flow, Stop};

use crate::lot::fund::FundLot;

/// Fact → verb.
pub async fn when(_: Flow, fact: PurchaseApproved) -> Result<FundLot, Stop> {
    Ok(FundLot {
        purchase: fact.purchase_id,
        company: fact.company_id.parse().map_err(|wrong: words::Wrong| Fault::bug(wrong))?,
        face: contract::won(fact.face_value.as_ref()).map_err(Fault::bug)?,
        approved_on: contract::day(fact.approved_on.as_ref()).map_err(Fault::bug)?,
    })
}
