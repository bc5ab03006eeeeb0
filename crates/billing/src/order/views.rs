//! Reading orders: one, the history by page, scoped to the caller's company (BI-12).

use contract::{billing::v1 as pb, day};
use flow::{Fields, Page, Read, Refusal, Stop};
use serde::Serialize;
use words::{CompanyId, Day};

use super::{Order, OrderKind, State, render, table};
use crate::{catalogue::Catalogues, settings::Settings};

/// What the history is narrowed to.
#[derive(Debug, Clone, Serialize)]
pub struct Filter {
    /// Whose; none: everybody's, for operators.
    pub company: Option<CompanyId>,
    /// Placed on or after.
    pub from: Option<Day>,
    /// Placed on or before.
    pub to: Option<Day>,
    /// Of this kind.
    pub kind: Option<OrderKind>,
    /// In this state.
    pub state: Option<State>,
}

/// GetOrder.
pub async fn get(read: Read, m: pb::GetOrderRequest) -> Result<pb::Order, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse("order_id", &m.order_id),))?;
    let order = table::find(read.conn(), read.caller().confined_to()?, id).await?;
    Ok(render::render(&order, &read.part::<Settings>()))
}

/// ListOrders.
pub async fn list(read: Read, m: pb::ListOrdersRequest) -> Result<pb::ListOrdersReply, Stop> {
    let filter = filter(&read, m.kind(), m.state(), &m.from_day, &m.to_day, &m.company_id)?;
    let page = Page::parse(m.page_size, &m.page_token, &filter)?;
    let mut orders = table::page(read.conn(), &filter, &page).await?;
    let next_page_token = page.cut(&mut orders, |o: &Order| o.id.to_string());
    let all = read.part::<Catalogues>();
    Ok(pb::ListOrdersReply { orders: orders.iter().map(|o| render::summary(o, &all)).collect(), next_page_token })
}

/// Reads the filter; a company's caller is kept to its own.
pub fn filter(
    read: &Read,
    kind: pb::OrderKind,
    state: pb::OrderState,
    from: &Option<contract::google::r#type::Date>,
    to: &Option<contract::google::r#type::Date>,
    company: &str,
) -> Result<Filter, Refusal> {
    let f = Fields::new();
    let given = |field: &str, date: &Option<contract::google::r#type::Date>| match date {
        None => Some(None),
        some => f.word(field, day(some.as_ref())).map(Some),
    };
    let (from, to, company) =
        f.all((given("from_day", from), given("to_day", to), f.optional("company_id", company)))?;
    Ok(Filter {
        company: read.caller().sees(company)?,
        from,
        to,
        kind: OrderKind::from_wire(kind),
        state: State::from_wire(state),
    })
}
