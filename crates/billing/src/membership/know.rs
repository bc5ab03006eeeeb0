//! Reads a membership out of membership's facts; `table::put` keeps the newest, so whatever comes twice or late changes
//! nothing.

use std::collections::BTreeMap;

use contract::{day, membership::v1 as pb, won};
use flow::{Fault, Stop};
use words::{CompanyId, SiteId, Wrong};

use super::Membership;
use crate::selection::Held;

/// A membership out of a fact.
pub fn read(content: Option<pb::MembershipContent>) -> Result<Membership, Stop> {
    parse(content.ok_or(Wrong::MISSING).map_err(Fault::bug)?).map_err(|e| Fault::bug(e).into())
}

fn parse(m: pb::MembershipContent) -> Result<Membership, Wrong> {
    let last_day = m.last_day.as_ref().map(|d| day(Some(d))).transpose()?;
    Ok(Membership {
        site: SiteId::parse(&m.site_id)?,
        company: CompanyId::parse(&m.company_id)?,
        revision: m.revision,
        ended: false,
        monthly_fee: won(m.monthly_fee.as_ref())?,
        held: Held {
            base_service: m.base_service,
            paid: m.paid,
            seats: m.seats,
            storage_gb: m.storage_gb,
            options: m.options.into_iter().collect::<BTreeMap<_, _>>(),
            first_day: day(m.first_day.as_ref())?,
            last_day,
            prepaid: m.prepaid,
        },
    })
}
