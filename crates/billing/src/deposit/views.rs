//! Reading the desk (BI-27): operators alone.

use contract::billing::v1 as pb;
use flow::{Fields, Page, Read, Stop};
use serde::Serialize;

use super::{Deposit, Match, State, render, table};

/// What the list is narrowed to.
#[derive(Debug, Clone, Serialize)]
pub struct Filter {
    /// With this match.
    pub matched: Option<Match>,
    /// In this state.
    pub state: Option<State>,
}

/// GetDeposit.
pub async fn get(read: Read, m: pb::GetDepositRequest) -> Result<pb::Deposit, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse("deposit_id", &m.deposit_id),))?;
    Ok(render::render(table::find(read.conn(), id).await?))
}

/// ListDeposits.
pub async fn list(read: Read, m: pb::ListDepositsRequest) -> Result<pb::ListDepositsReply, Stop> {
    let filter = Filter { matched: matched(m.r#match()), state: state(m.state()) };
    let page = Page::parse(m.page_size, &m.page_token, &filter)?;
    let mut deposits = table::page(read.conn(), &filter, &page).await?;
    let next_page_token = page.cut(&mut deposits, |d: &Deposit| d.id.to_string());
    Ok(pb::ListDepositsReply { deposits: deposits.into_iter().map(render::render).collect(), next_page_token })
}

fn matched(m: pb::DepositMatch) -> Option<Match> {
    match m {
        pb::DepositMatch::Unspecified => None,
        pb::DepositMatch::Exact => Some(Match::Exact),
        pb::DepositMatch::Short => Some(Match::Short),
        pb::DepositMatch::Over => Some(Match::Over),
        pb::DepositMatch::Late => Some(Match::Late),
        pb::DepositMatch::Twice => Some(Match::Twice),
        pb::DepositMatch::Stranger => Some(Match::Stranger),
    }
}

fn state(s: pb::DepositState) -> Option<State> {
    match s {
        pb::DepositState::Unspecified => None,
        pb::DepositState::Open => Some(State::Open),
        pb::DepositState::Applied => Some(State::Applied),
        pb::DepositState::ReturnDue => Some(State::ReturnDue),
        pb::DepositState::Returned => Some(State::Returned),
    }
}
