//! Reading companies: one's own, any for operators; the reviewers' queue (ID-9).

use contract::identity::v1 as pb;
use flow::{Fields, Page, Read, Stop};
use words::{Brn, CompanyId, Wrong};

use super::{COMPANY_NOT_FOUND, Company, table};
use crate::{
    account, document,
    outside::registry::{Answer, Registry},
};

/// A company's id, or `mine`.
pub fn asked_for(text: &str) -> Result<Option<CompanyId>, Wrong> {
    if text == "mine" { Ok(None) } else { text.parse().map(Some) }
}

/// As it is now.
pub async fn find(read: &Read, id: CompanyId) -> Result<Option<Company>, Stop> {
    table::find(read.conn(), id).await
}

/// `GetCompany`: another's is not found.
pub async fn get(read: Read, m: pb::GetCompanyRequest) -> Result<pb::Company, Stop> {
    let f = Fields::new();
    let (asked,) = f.all((f.word("company_id", asked_for(&m.company_id)),))?;
    let own = read.caller().confined_to()?;
    let id = match (own, asked) {
        (Some(own), None) => own,
        (Some(own), Some(asked)) if own == asked => own,
        (None, Some(asked)) => asked,
        _ => return Err(COMPANY_NOT_FOUND.into()),
    };
    Ok(table::find(read.conn(), id).await?.ok_or(COMPANY_NOT_FOUND)?.render())
}

/// `CheckBusinessNumber` (ID-8): right, free, in business.
pub async fn check_business_number(
    read: Read,
    m: pb::CheckBusinessNumberRequest,
) -> Result<pb::CheckBusinessNumberReply, Stop> {
    let f = Fields::new();
    let (brn,) = f.all((f.parse::<Brn>("brn", &m.brn),))?;
    let taken = table::is_taken(&read, &brn).await?;
    let said = read.part::<Registry>().status(&brn).await;
    let registry = match said.answer {
        Answer::Verified => pb::RegistryVerification::Verified,
        Answer::Unavailable => pb::RegistryVerification::Pending,
        Answer::Closed | Answer::Mismatch => pb::RegistryVerification::Closed,
    };
    Ok(pb::CheckBusinessNumberReply {
        brn: brn.into(),
        taken,
        registry: registry.into(),
        source: said.source.to_owned(),
    })
}

/// `ListCompaniesForReview`: oldest first.
pub async fn list_for_review(
    read: Read,
    m: pb::ListCompaniesForReviewRequest,
) -> Result<pb::ListCompaniesForReviewReply, Stop> {
    let page = Page::parse(m.page_size, &m.page_token, &"review")?;
    let mut waiting = table::under_review(&read, page.after_as()?, page.fetch()).await?;
    let next_page_token = page.cut(&mut waiting, |c| c.id.to_string());
    let mut companies = Vec::with_capacity(waiting.len());
    for company in waiting {
        companies.push(for_review(&read, company).await?);
    }
    Ok(pb::ListCompaniesForReviewReply { companies, next_page_token })
}

async fn for_review(read: &Read, company: Company) -> Result<pb::CompanyForReview, Stop> {
    let mut shown = pb::CompanyForReview::default();
    if let Some(papers) = &company.papers {
        shown.certificate = document::find(read, papers.certificate).await?.map(document::Document::render);
        shown.bankbook = document::find(read, papers.bankbook).await?.map(document::Document::render);
        shown.head_count = document::find(read, papers.head_count).await?.map(document::Document::render);
    }
    if let Some((name, post)) = account::views::contact_of(read, company.id).await? {
        (shown.contact_name, shown.contact_position) = (name, post);
    }
    shown.company = Some(company.render());
    Ok(shown)
}

/// Companies the registry has to be asked about again (ID-4).
pub async fn unverified(read: &Read, most: u64) -> Result<Vec<Company>, Stop> {
    table::unverified(read, most).await
}

impl Company {
    /// What the registry is asked, and the version it is asked about.
    pub fn question(&self) -> (crate::outside::registry::Firm, i64) {
        let firm = crate::outside::registry::Firm {
            brn: self.brn.clone(),
            representative: self.representative.clone(),
            opened_on: self.opened_on,
        };
        (firm, self.version)
    }
}
