//! Keeps the newest state of a company (`CompanyChanged`): whatever comes twice or late changes nothing.

use contract::{day, identity::v1 as pb};
use flow::{Fault, Stop, Tx, Verb};
use serde::Serialize;
use words::CompanyId;

use super::{Company, State, table};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct KnowCompany(Company);

impl KnowCompany {
    /// From the fact.
    pub fn of(fact: pb::CompanyChanged) -> Result<Self, Stop> {
        let state = match fact.state() {
            pb::CompanyState::UnderReview => State::UnderReview,
            pb::CompanyState::Prospect => State::Prospect,
            pb::CompanyState::Customer => State::Customer,
            pb::CompanyState::Rejected => State::Rejected,
            pb::CompanyState::Terminated => State::Terminated,
            pb::CompanyState::Unspecified => {
                return Err(Fault::bug(anyhow::anyhow!("a company without a state")).into());
            }
        };
        Ok(Self(Company {
            id: CompanyId::parse(&fact.company_id).map_err(Fault::bug)?,
            version: fact.version,
            verified: fact.verification() == pb::RegistryVerification::Verified,
            state,
            name: fact.legal_name,
            voucher_member: fact.voucher_member,
            head_count: fact.head_count,
            registration_changed_on: match &fact.registration_changed_on {
                None => None,
                some => Some(day(some.as_ref()).map_err(Fault::bug)?),
            },
        }))
    }
}

impl Verb for KnowCompany {
    const NAME: &'static str = "KnowCompany";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        table::put(tx, &self.0).await
    }
}
