//! Quotas: options with a count (ME-10): used up under the membership's lock, so never over the limit; once per request
//! id, so never twice; monthly ones are counted by month, so they begin anew on the 1st by themselves.

pub mod consume;
pub mod restore;
pub mod table;

use contract::membership::v1 as pb;
use flow::{Caller, Instant, Refusal, Who, code};
use serde::{Deserialize, Serialize};
use words::SiteId;

use crate::entitlement::FeatureKey;

/// Not something that is counted here.
pub const NOT_A_QUOTA: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "NOT_A_QUOTA",
    "{feature} is not consumed by count here. Seats are given by AdmitUser, storage is reported.",
    "{feature} 은(는) 건수로 차감하는 항목이 아닙니다.",
);

/// How much is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaUse {
    /// Where.
    pub site: SiteId,
    /// Of what.
    pub feature: FeatureKey,
    /// Now.
    pub used: i64,
    /// Of so many.
    pub limit: i64,
    /// When it begins anew.
    pub resets_at: Option<Instant>,
}

/// As the wire has it.
pub fn render(used: QuotaUse) -> pb::QuotaUse {
    pb::QuotaUse {
        site_id: used.site.to_string(),
        feature: used.feature.as_str().to_owned(),
        used: used.used,
        limit: used.limit,
        resets_at: used.resets_at.and_then(contract::timestamp),
    }
}

/// The product.
fn product(caller: &Caller) -> Result<(), Refusal> {
    match caller.who {
        Who::Client(_) => caller.client_with("membership.consume").or_else(|_| caller.client_with("membership.admit")),
        _ => caller.client_with("membership.consume"),
    }
}
