//! Reading payouts: operators alone (BI-22).

use contract::billing::v1 as pb;
use flow::{Fields, Page, Read, Stop};
use serde::Serialize;
use words::CompanyId;

use super::{Payout, State, render, table};
use crate::registered_account;

/// What the list is narrowed to.
#[derive(Debug, Clone, Serialize)]
pub struct Filter {
    /// Whose.
    pub company: Option<CompanyId>,
    /// In this state.
    pub state: Option<State>,
}

/// GetPayout.
pub async fn get(read: Read, m: pb::GetPayoutRequest) -> Result<pb::Payout, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse("payout_id", &m.payout_id),))?;
    shown(&read, table::find(read.conn(), id).await?).await
}

/// ListPayouts.
pub async fn list(read: Read, m: pb::ListPayoutsRequest) -> Result<pb::ListPayoutsReply, Stop> {
    let f = Fields::new();
    let (company,) = f.all((f.optional("company_id", &m.company_id),))?;
    let state = match m.state() {
        pb::PayoutState::Unspecified => None,
        pb::PayoutState::Due => Some(State::Due),
        pb::PayoutState::Sent => Some(State::Sent),
    };
    let filter = Filter { company, state };
    let page = Page::parse(m.page_size, &m.page_token, &filter)?;
    let mut found = table::page(read.conn(), &filter, &page).await?;
    let next_page_token = page.cut(&mut found, |p: &Payout| p.id.to_string());
    let mut payouts = Vec::with_capacity(found.len());
    for payout in found {
        payouts.push(shown(&read, payout).await?);
    }
    Ok(pb::ListPayoutsReply { payouts, next_page_token })
}

async fn shown(read: &Read, payout: Payout) -> Result<pb::Payout, Stop> {
    let active = registered_account::table::find_active(read.conn(), payout.company).await?;
    Ok(render(payout.to(active.as_ref())))
}
