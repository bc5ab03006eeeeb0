//! A company changed: billing keeps its newest state.

use contract::identity::v1::CompanyChanged;
use flow::{Flow, Stop};

use crate::company::know::KnowCompany;

/// The fact, as our verb.
pub async fn when(_: Flow, fact: CompanyChanged) -> Result<KnowCompany, Stop> {
    KnowCompany::of(fact)
}
