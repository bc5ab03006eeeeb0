//! An operator sets a company's purchase policy (BI-20), each figure or some of them.

use contract::{billing::v1 as pb, money, won};
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Money, Wrong};

use super::{Defaults, Policy, table};
use crate::company;

/// No such company, or its news has not come.
pub const COMPANY_NOT_FOUND: Refusal =
    Refusal::new(code::NOT_FOUND, "COMPANY_NOT_FOUND", "There is no such company.", "해당 회사가 없습니다.");

const NEGATIVE: Wrong = Wrong::new("NEGATIVE", "This cannot be below zero.", "0 이상이어야 합니다.");
const NOT_A_RATE: Wrong = Wrong::new(
    "NOT_A_RATE",
    "Give 0 to 10000 hundredths of a per cent: 500 is 5 %.",
    "0에서 10000 사이의 값(0.01% 단위)을 입력하세요. 500은 5%입니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct SetPurchasePolicy {
    company: CompanyId,
    purchase_limit: Option<Money>,
    discounted_limit: Option<Money>,
    rate_basis_points: Option<i64>,
}

/// A company's policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// Whose.
    pub company: CompanyId,
    /// What holds.
    pub policy: Policy,
    /// By head count, not set.
    pub is_default: bool,
}

impl Verb for SetPurchasePolicy {
    const NAME: &'static str = "SetPurchasePolicy";
    type Answer = Answer;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Answer, Stop> {
        let company = company::table::find(tx.conn(), self.company).await?.ok_or(COMPANY_NOT_FOUND)?;
        let was = table::find(tx.conn(), self.company).await?.unwrap_or(tx.part::<Defaults>().of(&company));
        let policy = Policy {
            purchase_limit: self.purchase_limit.unwrap_or(was.purchase_limit),
            discounted_limit: self.discounted_limit.unwrap_or(was.discounted_limit),
            rate_basis_points: self.rate_basis_points.unwrap_or(was.rate_basis_points),
        };
        table::put(tx, self.company, policy).await?;
        Ok(Answer { company: self.company, policy, is_default: false })
    }
}

/// Reads the request.
pub fn parse(m: pb::SetPurchasePolicyRequest) -> Result<SetPurchasePolicy, Refusal> {
    let f = Fields::new();
    let limit = |field: &str, amount: &Option<contract::google::r#type::Money>| match amount {
        None => Some(None),
        some => {
            let amount = won(some.as_ref()).and_then(|a| if a.is_negative() { Err(NEGATIVE) } else { Ok(a) });
            f.word(field, amount).map(Some)
        }
    };
    let rate = m.discount_rate_basis_points;
    let (company, purchase_limit, discounted_limit, ()) = f.all((
        f.parse("company_id", &m.company_id),
        limit("purchase_limit", &m.purchase_limit),
        limit("discounted_limit", &m.discounted_limit),
        f.must(rate.is_none_or(|r| (0..=10_000).contains(&r)), "discount_rate_basis_points", NOT_A_RATE),
    ))?;
    Ok(SetPurchasePolicy { company, purchase_limit, discounted_limit, rate_basis_points: rate.map(i64::from) })
}

/// As it is answered.
pub fn render(a: Answer) -> pb::PurchasePolicy {
    pb::PurchasePolicy {
        company_id: a.company.to_string(),
        purchase_limit: money(a.policy.purchase_limit),
        discounted_limit: money(a.policy.discounted_limit),
        discount_rate_basis_points: i32::try_from(a.policy.rate_basis_points).unwrap_or(i32::MAX),
        is_default: a.is_default,
    }
}
