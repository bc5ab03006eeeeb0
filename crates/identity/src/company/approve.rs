//! `ApproveCompany` (ID-9): a reviewer lets a company under review in; the head count it records sets the purchase policy
//! (BI-20). The contact is told by SMS.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{CompanyId, Wrong};

use super::{Company, State, Verification, find};
use crate::{account, ask, audit::Note};

const MOST_STAFF: i64 = 10_000_000;
const HEAD_COUNT: Wrong =
    Wrong::new("HEAD_COUNT", "At least 1 and at most 10,000,000.", "1 이상 10,000,000 이하여야 합니다.");

/// ID-9.
pub const NOT_UNDER_REVIEW: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "COMPANY_NOT_UNDER_REVIEW",
    "This company is {state}; only one under review can be decided on.",
    "이 회사는 {state} 상태입니다. 심사 중인 회사만 처리할 수 있습니다.",
);
/// ID-4.
const REGISTRY_DISAGREES: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "REGISTRY_DISAGREES",
    "The business registry says {verification}; reject the company or have its data corrected.",
    "국세청 조회 결과가 {verification} 입니다. 반려하거나 정보를 수정하게 하세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct ApproveCompany {
    company: CompanyId,
    head_count: i64,
}

/// Reads the message.
pub fn parse(m: pb::ApproveCompanyRequest) -> Result<ApproveCompany, Refusal> {
    let f = Fields::new();
    let fits = f.must((1..=MOST_STAFF).contains(&m.head_count), "head_count", HEAD_COUNT);
    let (company, ()) = f.all((f.parse("company_id", &m.company_id), fits))?;
    Ok(ApproveCompany { company, head_count: m.head_count })
}

impl Company {
    fn approve(&mut self, head_count: i64) -> Result<(), Refusal> {
        if self.state != State::UnderReview {
            return Err(NOT_UNDER_REVIEW.with("state", self.state.name()));
        }
        if matches!(self.verification, Verification::Mismatch | Verification::Closed) {
            return Err(REGISTRY_DISAGREES.with("verification", self.verification.name()));
        }
        self.state = State::Prospect;
        self.voucher_member = true;
        self.head_count = head_count;
        Ok(())
    }
}

impl Verb for ApproveCompany {
    const NAME: &'static str = "ApproveCompany";
    type Answer = Company;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("reviewer")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Company, Stop> {
        let mut company = find(tx, self.company).await?;
        company.approve(self.head_count)?;
        company.save(tx).await?;
        if let Some(phone) = account::super_admin_of(tx, company.id).await?.and_then(|a| a.phone().cloned()) {
            ask::normal(tx, "company-approved", ask::To::Phone(phone), vec![("company", company.legal_name.clone())]);
        }
        let note = Note::new("company.approved", company.id).of(Some(company.id));
        note.detail(format!("head count {}", self.head_count)).record(tx).await?;
        Ok(company)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use contract::identity::v1 as pb;

    use super::*;
    use crate::outside::registry::{Answer, Said};

    pub fn company(state: State) -> Company {
        let f = Fields::new();
        let form = super::super::CompanyForm::read(
            &f,
            &pb::CompanyForm {
                legal_name: "두레".into(),
                brn: "1234567891".into(),
                representative: "김두레".into(),
                opened_on: Some(contract::google::r#type::Date { year: 2015, month: 3, day: 2 }),
                address: String::new(),
            },
        );
        let now = "2026-11-23T01:00:00Z".parse().unwrap();
        let said = Said { answer: Answer::Verified, source: "registry" };
        Company::new(CompanyId::new(uuid::Uuid::nil()), &form.unwrap(), state, &said, now)
    }

    // ID-2, ID-9
    #[test]
    fn only_a_company_under_review_is_approved() {
        let mut waiting = company(State::UnderReview);
        waiting.approve(120).unwrap();
        assert_eq!((waiting.state, waiting.voucher_member, waiting.head_count), (State::Prospect, true, 120));
        for state in [State::Prospect, State::Customer, State::Rejected, State::Terminated] {
            assert_eq!(company(state).approve(1).unwrap_err().reason(), "COMPANY_NOT_UNDER_REVIEW");
        }
    }

    // ID-4
    #[test]
    fn the_registry_is_not_overruled() {
        let mut waiting = company(State::UnderReview);
        waiting.verification = Verification::Closed;
        assert_eq!(waiting.approve(1).unwrap_err().reason(), "REGISTRY_DISAGREES");
    }
}
