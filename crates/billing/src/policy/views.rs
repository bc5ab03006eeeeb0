//! Reading a policy (BI-20): a company its own, operators anyone's.

use contract::billing::v1 as pb;
use flow::{Fields, Read, Stop};
use words::CompanyId;

use super::{Defaults, set, table};
use crate::company;

/// The caller's own company.
const OWN: &str = "-";

/// GetPurchasePolicy.
pub async fn get(read: Read, m: pb::GetPurchasePolicyRequest) -> Result<pb::PurchasePolicy, Stop> {
    let id = if m.company_id == OWN {
        read.caller().company()?
    } else {
        let f = Fields::new();
        f.all((f.parse::<CompanyId>("company_id", &m.company_id),))?.0
    };
    if read.caller().confined_to()?.is_some_and(|own| own != id) {
        return Err(set::COMPANY_NOT_FOUND.into());
    }
    let company = company::table::find(read.conn(), id).await?.ok_or(set::COMPANY_NOT_FOUND)?;
    let stored = table::find(read.conn(), id).await?;
    let policy = stored.unwrap_or_else(|| read.part::<Defaults>().of(&company));
    Ok(set::render(set::Answer { company: id, policy, is_default: stored.is_none() }))
}
