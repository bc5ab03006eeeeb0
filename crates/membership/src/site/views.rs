//! Sites as they are shown: one's own company's only; operators and the product see all.

use contract::membership::v1 as pb;
use flow::{Page, Read, Stop};
use words::CompanyId;

use super::{Site, State, table};
use crate::{membership::SITE_NOT_FOUND, settings::Settings};

/// `GetSite`.
pub async fn get(read: Read, m: pb::GetSiteRequest) -> Result<pb::Site, Stop> {
    let id = m.site_id.parse().map_err(|_| SITE_NOT_FOUND)?;
    let site = table::find(read.conn(), id).await?;
    match read.caller().confined_to()? {
        Some(company) if company != site.company => Err(SITE_NOT_FOUND.into()),
        _ => Ok(render(&read.part::<Settings>(), site)),
    }
}

/// `ListSites`.
pub async fn list(read: Read, m: pb::ListSitesRequest) -> Result<pb::ListSitesReply, Stop> {
    let f = flow::Fields::new();
    let (asked,) = f.all((f.optional::<CompanyId>("company_id", &m.company_id),))?;
    let company = read.caller().sees(asked)?;
    let page = Page::parse(m.page_size, &m.page_token, &company)?;
    let mut sites = table::page(read.conn(), company, &page).await?;
    let next_page_token = page.cut(&mut sites, |site| site.id.uuid().to_string());
    let settings = read.part::<Settings>();
    Ok(pb::ListSitesReply { sites: sites.into_iter().map(|s| render(&settings, s)).collect(), next_page_token })
}

/// As the wire has it.
pub fn render(settings: &Settings, site: Site) -> pb::Site {
    let address = site.address(&settings.site_domain);
    let awaited = site.domain.as_ref().filter(|_| site.state == State::AwaitingDns);
    pb::Site {
        site_id: site.id.to_string(),
        company_id: site.company.to_string(),
        dns_record: awaited
            .map(|d| format!("CNAME {} {}.{}", d.0, site.prefix.0, settings.site_domain))
            .unwrap_or_default(),
        address,
        prefix: site.prefix.0,
        wished_prefix: site.wished_prefix,
        prefix_generated: site.prefix_generated,
        domain: site.domain.map(|d| d.0).unwrap_or_default(),
        state: match site.state {
            State::AwaitingDns => pb::SiteState::AwaitingDns,
            State::Live => pb::SiteState::Live,
            State::Closed => pb::SiteState::Closed,
        }
        .into(),
        opened_on: contract::date(site.opened_on),
        main_administrator_id: site.main_administrator.to_string(),
        version: site.version,
    }
}
