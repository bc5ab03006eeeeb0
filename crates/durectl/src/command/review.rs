//! Companies that wait for a reviewer (ID-9).

use clap::Subcommand;
use serde_json::json;

use super::Page;
use crate::{
    client::{Client, Failure},
    show::Show,
};

/// What a reviewer does.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// Who waits, oldest first.
    List(Page),
    /// Approves a company for the voucher programme.
    Approve {
        /// The company (`com_…`).
        company: String,
        /// Its staff, as the head-count document says.
        #[arg(long)]
        head_count: i64,
    },
    /// Says no.
    Reject {
        /// The company (`com_…`).
        company: String,
        /// Why; sent to the contact.
        #[arg(long)]
        reason: String,
    },
}

impl Review {
    /// Does it.
    pub async fn run(self, client: &Client, show: Show) -> Result<(), Failure> {
        let reply = match self {
            Review::List(page) => {
                let message = json!({ "page_size": page.page_size, "page_token": page.page_token });
                let columns = [
                    ("COMPANY", "company.companyId"),
                    ("NAME", "company.legalName"),
                    ("BRN", "company.brn"),
                    ("REGISTRY", "company.verification"),
                    ("SINCE", "company.createTime"),
                ];
                show.list(&client.call("CompanyService/ListCompaniesForReview", message).await?, "companies", &columns);
                return Ok(());
            }
            Review::Approve { company, head_count } => {
                client
                    .call("CompanyService/ApproveCompany", json!({ "company_id": company, "head_count": head_count }))
                    .await
            }
            Review::Reject { company, reason } => {
                client.call("CompanyService/RejectCompany", json!({ "company_id": company, "reason": reason })).await
            }
        };
        show.one(&reply?);
        Ok(())
    }
}
