//! Remembers which company a site is of (ME-4), so that its key can be registered, and mails the company's super admin
//! where it is reached: identity alone knows that address, so no event carries it.

use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::{CompanyId, SiteId};

use super::table;
use crate::{account, ask, company};

/// The command.
#[derive(Debug, Serialize)]
pub struct OpenSite {
    /// Which.
    pub site: SiteId,
    /// Whose.
    pub company: CompanyId,
    /// Where it is reached.
    pub address: String,
}

impl Verb for OpenSite {
    const NAME: &'static str = "OpenSite";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        if !table::open_site(tx, self.site, self.company).await? {
            return Ok(());
        }
        if let Some(contact) = account::super_admin_of(tx, self.company).await? {
            let name = company::find(tx, self.company).await?.legal_name().to_owned();
            let variables = vec![("company", name), ("link", format!("https://{}", self.address))];
            ask::normal(tx, "site-opened", ask::To::Email(contact.email().clone()), variables);
        }
        Ok(())
    }
}
