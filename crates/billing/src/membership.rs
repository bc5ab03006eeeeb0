//! What billing knows of a site's membership, as membership last told (`OrderApplied`, `MembershipEnded`): what additions
//! and extensions are priced on (BI-6, BI-9).

pub mod end;
pub mod know;
pub mod table;

use flow::{Refusal, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Money, SiteId};

use crate::selection::Held;

/// No such site of this company, or it holds nothing.
pub const NO_MEMBERSHIP_IN_FORCE: Refusal = Refusal::new(
    code::NOT_FOUND,
    "NO_MEMBERSHIP_IN_FORCE",
    "Your company has no such site with a membership in force.",
    "해당 사이트의 이용 중인 멤버십이 없습니다.",
);

/// A membership as last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    site: SiteId,
    company: CompanyId,
    revision: i64,
    ended: bool,
    /// One month without VAT.
    pub monthly_fee: Money,
    /// What it holds.
    pub held: Held,
}
