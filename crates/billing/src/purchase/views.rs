//! Reading purchases: one, the history by page, scoped to the caller's company (BI-30).

use contract::{billing::v1 as pb, day};
use flow::{Fields, Page, Read, Refusal, Stop};
use serde::Serialize;
use words::{CompanyId, Day};

use super::{Purchase, State, render, table};
use crate::{lot, settings::Settings};

/// What the history is narrowed to.
#[derive(Debug, Clone, Serialize)]
pub struct Filter {
    /// Whose; none: everybody's, for operators.
    pub company: Option<CompanyId>,
    /// Applied for on or after.
    pub from: Option<Day>,
    /// Applied for on or before.
    pub to: Option<Day>,
    /// In this state.
    pub state: Option<State>,
}

/// GetPurchase.
pub async fn get(read: Read, m: pb::GetPurchaseRequest) -> Result<pb::Purchase, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse("purchase_id", &m.purchase_id),))?;
    let purchase = table::find(read.conn(), read.caller().confined_to()?, id).await?;
    Ok(render::render(&purchase, &read.part::<Settings>()))
}

/// ListPurchases.
pub async fn list(read: Read, m: pb::ListPurchasesRequest) -> Result<pb::ListPurchasesReply, Stop> {
    let filter = filter(&read, &m)?;
    let page = Page::parse(m.page_size, &m.page_token, &filter)?;
    let mut purchases = table::page(read.conn(), &filter, &page).await?;
    let next_page_token = page.cut(&mut purchases, |p: &Purchase| p.id.to_string());
    Ok(pb::ListPurchasesReply { purchases: rows(&read, &purchases).await?, next_page_token })
}

/// As the history shows them, with what their lots hold.
pub(super) async fn rows(read: &Read, purchases: &[Purchase]) -> Result<Vec<pb::PurchaseRow>, Stop> {
    let available = lot::table::available(read.conn(), purchases.iter().map(|p| p.id)).await?;
    Ok(purchases.iter().map(|p| render::row(p, available.get(&p.id).copied())).collect())
}

/// A company's caller is kept to its own.
pub(super) fn filter(read: &Read, m: &pb::ListPurchasesRequest) -> Result<Filter, Refusal> {
    let f = Fields::new();
    let given = |field: &str, date: &Option<contract::google::r#type::Date>| match date {
        None => Some(None),
        some => f.word(field, day(some.as_ref())).map(Some),
    };
    let (from, to, company) =
        f.all((given("from_day", &m.from_day), given("to_day", &m.to_day), f.optional("company_id", &m.company_id)))?;
    let (from, to) = preset(m.period(), read.today()).unwrap_or((from, to));
    Ok(Filter { company: read.caller().sees(company)?, from, to, state: state(m.state()) })
}

/// BI-30: in days of Seoul, the server's.
fn preset(period: pb::PurchasePeriod, today: Day) -> Option<(Option<Day>, Option<Day>)> {
    let (from, to) = match period {
        pb::PurchasePeriod::Unspecified => return None,
        pb::PurchasePeriod::Today => (today, today),
        pb::PurchasePeriod::Yesterday => (today.previous(), today.previous()),
        pb::PurchasePeriod::Week => (today.plus_days(-6), today),
        pb::PurchasePeriod::Month => (today.plus_months(-1), today),
    };
    Some((Some(from), Some(to)))
}

fn state(state: pb::PurchaseState) -> Option<State> {
    match state {
        pb::PurchaseState::Unspecified => None,
        pb::PurchaseState::Pending => Some(State::Pending),
        pb::PurchaseState::Approved => Some(State::Approved),
        pb::PurchaseState::Cancelled => Some(State::Cancelled),
        pb::PurchaseState::Refunded => Some(State::Refunded),
        pb::PurchaseState::Expired => Some(State::Expired),
        pb::PurchaseState::Refunding => Some(State::Refunding),
    }
}
