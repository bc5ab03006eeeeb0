//! A quote (BI-8): numbered, valid 30 days, mailed as PDF; a corporate account turns it into an order at the quoted prices.

pub mod create;
pub mod download;
pub mod mail;
pub mod pdf;
pub mod table;
pub mod views;

use contract::{billing::v1 as pb, date, timestamp};
use flow::{Instant, Refusal, Stop, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day};

use crate::{
    catalogue::Catalogues,
    contact::Contact,
    order::OrderId,
    price::{self, Price},
    price_lock::Offer,
    selection::{self, Held, Selection},
};

words::typed_id!(
    /// A quote.
    pub QuoteId, "quo"
);

/// Another's, or none.
pub const QUOTE_NOT_FOUND: Refusal = Refusal::new(
    code::NOT_FOUND,
    "QUOTE_NOT_FOUND",
    "There is no such quote of yours. Check the id; your quotes are listed under /v1/quotes.",
    "해당 견적서가 없습니다. 견적 목록(/v1/quotes)에서 번호를 확인하세요.",
);
/// BI-8.
pub const QUOTE_EXPIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "QUOTE_EXPIRED",
    "This quote was valid through {valid_through}. Ask for a new one.",
    "견적서 유효기간({valid_through})이 지났습니다. 새 견적을 요청하세요.",
);

/// A quote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Quote {
    id: QuoteId,
    number: String,
    account: AccountId,
    company: Option<CompanyId>,
    offer: Offer,
    created_at: Instant,
    valid_through: Day,
}

impl Quote {
    /// The quoted lines, while the quote is valid and still fits what the site holds.
    pub fn bill(self, all: &Catalogues, s: &Selection, held: Option<&Held>, today: Day) -> Result<Price, Stop> {
        if today > self.valid_through {
            return Err(QUOTE_EXPIRED.with("valid_through", self.valid_through).into());
        }
        self.offer.bill(all, s, held)
    }
}

/// As it is answered.
pub fn render(quote: &Quote, contact: &Contact, order: Option<OrderId>) -> pb::Quote {
    pb::Quote {
        quote_id: quote.id.to_string(),
        number: quote.number.clone(),
        selection: Some(selection::render(&quote.offer.selection)),
        price: Some(price::render::render(&quote.offer.price)),
        contact: Some(contact.masked()),
        create_time: timestamp(quote.created_at),
        valid_through: date(quote.valid_through),
        order_id: order.map(|id| id.to_string()).unwrap_or_default(),
    }
}
