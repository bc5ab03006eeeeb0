//! Reading the trail: a company's own entries for those who hold `audit.read`, any for support.

use contract::identity::v1 as pb;
use flow::{Fields, Page, Read, Stop};
use words::CompanyId;

use super::{Entry, table};

/// Newest first.
pub async fn list(read: Read, m: pb::ListAuditEntriesRequest) -> Result<pb::ListAuditEntriesReply, Stop> {
    let f = Fields::new();
    let (asked,) = f.all((f.optional::<CompanyId>("company_id", &m.company_id),))?;
    let company = read.caller().sees(asked)?;
    let page = Page::parse(m.page_size, &m.page_token, &company)?;
    let mut entries = table::page(&read, company, page.after_as()?, page.fetch()).await?;
    let next_page_token = page.cut(&mut entries, |e| e.number.to_string());
    Ok(pb::ListAuditEntriesReply { entries: entries.into_iter().map(render).collect(), next_page_token })
}

fn render(e: Entry) -> pb::AuditEntry {
    pb::AuditEntry {
        number: e.number,
        time: contract::timestamp(e.at),
        actor: e.actor,
        action: e.action,
        subject: e.subject,
        company_id: e.company.map(|c| c.to_string()).unwrap_or_default(),
        address: e.address,
        detail: e.detail,
        hash: hex::encode(e.hash),
    }
}
