//! `RejectCompany` (ID-9): a reviewer says no, and the contact is told why. The number is free again (ID-3).

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::CompanyId;

use super::{Company, State, approve::NOT_UNDER_REVIEW, find};
use crate::{account, ask, audit::Note};

const LONGEST_REASON: usize = 500;

/// The command.
#[derive(Debug, Serialize)]
pub struct RejectCompany {
    company: CompanyId,
    reason: String,
}

/// Reads the message.
pub fn parse(m: pb::RejectCompanyRequest) -> Result<RejectCompany, Refusal> {
    let f = Fields::new();
    let reason = f.word("reason", words::text::body(&m.reason, LONGEST_REASON));
    let (company, reason) = f.all((f.parse("company_id", &m.company_id), reason))?;
    Ok(RejectCompany { company, reason })
}

impl Company {
    fn reject(&mut self, reason: &str) -> Result<(), Refusal> {
        if self.state != State::UnderReview {
            return Err(NOT_UNDER_REVIEW.with("state", self.state.name()));
        }
        self.state = State::Rejected;
        self.rejection_reason = reason.to_owned();
        Ok(())
    }
}

impl Verb for RejectCompany {
    const NAME: &'static str = "RejectCompany";
    type Answer = Company;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("reviewer")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Company, Stop> {
        let mut company = find(tx, self.company).await?;
        company.reject(&self.reason)?;
        company.save(tx).await?;
        if let Some(phone) = account::super_admin_of(tx, company.id).await?.and_then(|a| a.phone().cloned()) {
            let variables = vec![("company", company.legal_name.clone()), ("reason", self.reason.clone())];
            ask::normal(tx, "company-rejected", ask::To::Phone(phone), variables);
        }
        Note::new("company.rejected", company.id).of(Some(company.id)).record(tx).await?;
        Ok(company)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::approve::tests::company;

    // ID-2, ID-9
    #[test]
    fn only_a_company_under_review_is_rejected() {
        let mut waiting = company(State::UnderReview);
        waiting.reject("서류가 흐립니다.").unwrap();
        assert_eq!(waiting.state, State::Rejected);
        assert_eq!(waiting.reject("again").unwrap_err().reason(), "COMPANY_NOT_UNDER_REVIEW");
    }
}
