//! A prospect becomes a customer when its first order is fulfilled or its first lot funded (ID-2); every later fact finds
//! it one already.

use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::CompanyId;

use super::{Company, State, find};
use crate::audit::Note;

/// The command.
#[derive(Debug, Serialize)]
pub struct BecomeCustomer(pub CompanyId);

impl Company {
    /// Whether anything changes.
    fn become_customer(&mut self) -> bool {
        let first = self.state == State::Prospect;
        if first {
            self.state = State::Customer;
        }
        first
    }
}

impl Verb for BecomeCustomer {
    const NAME: &'static str = "BecomeCustomer";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let mut company = find(tx, self.0).await?;
        if company.become_customer() {
            company.save(tx).await?;
            Note::new("company.became_customer", company.id).of(Some(company.id)).record(tx).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::approve::tests::company;

    // ID-2
    #[test]
    fn only_a_prospect_becomes_a_customer_and_only_once() {
        let mut prospect = company(State::Prospect);
        assert!(prospect.become_customer() && !prospect.become_customer());
        assert!(!company(State::Terminated).become_customer() && !company(State::UnderReview).become_customer());
    }
}
