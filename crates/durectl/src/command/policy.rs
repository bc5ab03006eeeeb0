//! What a company may buy (BI-20).

use clap::Subcommand;
use serde_json::json;

use crate::{
    client::{Client, Failure},
    show::Show,
    words::{money, won},
};

/// What is done with a policy.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// What is set for a company.
    Show {
        /// The company (`com_…`).
        company: String,
    },
    /// Sets what is given; the rest stays.
    Set {
        /// The company (`com_…`).
        company: String,
        /// What may be bought a month, at face value.
        #[arg(long, value_parser = won)]
        limit: Option<i64>,
        /// What of it is sold at a discount.
        #[arg(long, value_parser = won)]
        discounted: Option<i64>,
        /// The discount in hundredths of a per cent: 500 is 5 %.
        #[arg(long)]
        rate_basis_points: Option<i32>,
    },
}

impl Policy {
    /// Does it.
    pub async fn run(self, client: &Client, show: Show) -> Result<(), Failure> {
        let reply = match self {
            Policy::Show { company } => {
                client.call("PolicyService/GetPurchasePolicy", json!({ "company_id": company })).await
            }
            Policy::Set { company, limit, discounted, rate_basis_points } => {
                let message = json!({
                    "company_id": company, "purchase_limit": limit.map(money), "discounted_limit": discounted.map(money),
                    "discount_rate_basis_points": rate_basis_points,
                });
                client.call("PolicyService/SetPurchasePolicy", message).await
            }
        };
        show.one(&reply?);
        Ok(())
    }
}
