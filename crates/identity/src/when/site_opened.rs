//! A site was opened: its company may register a key for it (ID-22), and its contact hears where it is (ME-4).

use contract::membership::v1::SiteOpened;
use flow::{Fault, Flow, Stop};

use crate::product_link::open_site::OpenSite;

/// The verb it leads to.
pub async fn when(_: Flow, fact: SiteOpened) -> Result<OpenSite, Stop> {
    let site = fact.site_id.parse().map_err(Fault::bug)?;
    let company = fact.company_id.parse().map_err(Fault::bug)?;
    Ok(OpenSite { site, company, address: fact.address })
}
