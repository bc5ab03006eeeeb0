//! Reading quotes: one's own, or one's company's (BI-8).

use contract::billing::v1 as pb;
use flow::{Fields, Page, Read, Stop};

use super::{render, table};
use crate::order;

/// GetQuote.
pub async fn get(read: Read, m: pb::GetQuoteRequest) -> Result<pb::Quote, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse("quote_id", &m.quote_id),))?;
    let (quote, contact) = table::find_with_contact(&read, id).await?;
    Ok(render(&quote, &contact, order::table::of_quote(read.conn(), id).await?))
}

/// ListQuotes.
pub async fn list(read: Read, m: pb::ListQuotesRequest) -> Result<pb::ListQuotesReply, Stop> {
    let account = read.caller().account()?;
    let page = Page::parse(m.page_size, &m.page_token, &(account.company, account.id))?;
    let mut rows = table::page(&read, &page).await?;
    let next_page_token = page.cut(&mut rows, |(quote, _)| quote.id.to_string());
    let mut quotes = Vec::new();
    for (quote, contact) in &rows {
        quotes.push(render(quote, contact, order::table::of_quote(read.conn(), quote.id).await?));
    }
    Ok(pb::ListQuotesReply { quotes, next_page_token })
}
