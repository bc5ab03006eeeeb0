//! The product and the portal know the same person (ID-22): a site's key signs assertions; one product account is linked
//! to one portal account. Corporate accounts cannot be linked.

pub mod assertion;
pub mod link;
pub mod open_site;
pub mod register_product_key;
mod table;

use contract::identity::v1 as pb;
use flow::{Read, Stop, Tx};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, SiteId};

use assertion::Asserted;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductLink {
    site: SiteId,
    product_account: String,
    account: AccountId,
}

impl ProductLink {
    /// For the caller.
    pub fn render(self) -> pb::ProductLink {
        pb::ProductLink {
            site_id: self.site.to_string(),
            product_account: self.product_account,
            account_id: self.account.to_string(),
        }
    }
}

/// Whether an account is linked at all (ID-14).
pub async fn is_linked(tx: &Tx, account: AccountId) -> Result<bool, Stop> {
    table::is_linked(tx, account).await
}

/// The account a product account is linked to.
pub async fn linked(tx: &Tx, asserted: &Asserted) -> Result<Option<AccountId>, Stop> {
    table::linked(tx, asserted.site, &asserted.product_account).await
}

/// The company a site is of.
pub async fn company_of(tx: &Tx, site: SiteId) -> Result<Option<CompanyId>, Stop> {
    table::company_of(tx, site).await
}

/// An account's links (ID-26).
pub async fn of_account(read: &Read, account: AccountId) -> Result<Vec<pb::LinkedProduct>, Stop> {
    let links = table::of_account(read, account).await?;
    let render = |l: ProductLink| pb::LinkedProduct { site_id: l.site.to_string(), product_account: l.product_account };
    Ok(links.into_iter().map(render).collect())
}
