//! Remembers which company a site is of (ME-4), so that its key can be registered.

use flow::{Stop, Tx, Verb};
use serde::Serialize;
use words::{CompanyId, SiteId};

use super::table;

/// The command.
#[derive(Debug, Serialize)]
pub struct OpenSite {
    /// Which.
    pub site: SiteId,
    /// Whose.
    pub company: CompanyId,
}

impl Verb for OpenSite {
    const NAME: &'static str = "OpenSite";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        table::open_site(tx, self.site, self.company).await
    }
}
