//! Reading registered accounts, scoped to the caller's company (BI-23).

use contract::billing::v1 as pb;
use flow::{Fields, Page, Read, Stop};
use serde::Serialize;
use words::CompanyId;

use super::{RegisteredAccount, State, render, table};

/// What the list is narrowed to.
#[derive(Debug, Clone, Serialize)]
pub struct Filter {
    /// Whose; none: everybody's, for operators.
    pub company: Option<CompanyId>,
    /// In this state; none: all but deleted ones.
    pub state: Option<State>,
}

/// ListAccounts.
pub async fn list(read: Read, m: pb::ListAccountsRequest) -> Result<pb::ListAccountsReply, Stop> {
    let f = Fields::new();
    let (company,) = f.all((f.optional("company_id", &m.company_id),))?;
    let filter = Filter { company: read.caller().sees(company)?, state: state(m.state()) };
    let page = Page::parse(m.page_size, &m.page_token, &filter)?;
    let mut accounts = table::page(read.conn(), &filter, &page).await?;
    let next_page_token = page.cut(&mut accounts, |a: &RegisteredAccount| a.id.to_string());
    Ok(pb::ListAccountsReply { accounts: accounts.into_iter().map(render).collect(), next_page_token })
}

fn state(state: pb::RegisteredAccountState) -> Option<State> {
    match state {
        pb::RegisteredAccountState::Unspecified => None,
        pb::RegisteredAccountState::AwaitingApproval => Some(State::AwaitingApproval),
        pb::RegisteredAccountState::Active => Some(State::Active),
        pb::RegisteredAccountState::Rejected => Some(State::Rejected),
        pb::RegisteredAccountState::Deleted => Some(State::Deleted),
        pb::RegisteredAccountState::Retired => Some(State::Retired),
    }
}
