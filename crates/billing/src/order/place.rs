//! Places an order (BI-9): by the super admin or an admin with `order.place` of a verified company, on the terms in force,
//! at exactly the lines of the price lock or quote it names (BI-25, BI-8), with the consent it needs (BI-28). A free order
//! is paid at once (BI-10); others await a bank transfer for 7 days (BI-11).

use contract::{billing::v1 as pb, money};
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{SiteId, Wrong, text};

use super::{Method, Order, OrderId, State, table};
use crate::{
    catalogue::Catalogues,
    company,
    consent::{self, ConsentId},
    price::{Price, preview::Basis},
    price_lock::{self, PriceLockId},
    quote::{self, QuoteId},
    reference::Reference,
    selection::{self, Selection},
    settings::Settings,
};

/// BI-9.
pub const TERMS_NOT_ACCEPTED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "TERMS_NOT_ACCEPTED",
    "Accept the order terms of version {version} and send that version.",
    "주문 약관({version} 버전)에 동의해야 주문할 수 있습니다.",
);
/// BI-11.
pub const PAYMENT_METHOD_NOT_OFFERED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PAYMENT_METHOD_NOT_OFFERED",
    "Pay by bank transfer: automatic card payment is not offered yet.",
    "무통장입금으로 결제해 주세요. 자동카드결제는 아직 제공하지 않습니다.",
);

const LONGEST_PREFIX: usize = 30;
const LONGEST_TERMS: usize = 50;
const NOT_A_PREFIX: Wrong = Wrong::new(
    "NOT_A_PREFIX",
    "Use 2 to 30 lower-case letters, digits and hyphens, not at the ends.",
    "영문 소문자, 숫자, 하이픈으로 2~30자를 입력하세요. 하이픈은 처음과 끝에 올 수 없습니다.",
);
const ONE_OFFER: Wrong =
    Wrong::new("ONE_OFFER", "Name a price lock or a quote, not both.", "가격 고정과 견적서 중 하나만 지정하세요.");

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceOrder {
    selection: Selection,
    site_prefix: String,
    price_lock: Option<PriceLockId>,
    quote: Option<QuoteId>,
    accepted_terms: String,
    consent: Option<ConsentId>,
    method: Method,
}

impl Verb for PlaceOrder {
    const NAME: &'static str = "PlaceOrder";
    type Answer = Order;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("order.place")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Order, Stop> {
        company::of_caller(tx).await?.may_order()?;
        let all = tx.part::<Catalogues>();
        let basis = Basis::of(tx.conn(), &all, tx.caller(), &self.selection, tx.today()).await?;
        if self.accepted_terms != basis.catalogue.terms_version {
            return Err(TERMS_NOT_ACCEPTED.with("version", &basis.catalogue.terms_version).into());
        }
        let price = self.agreed_price(tx, &all, &basis).await?;
        self.check_consent(tx, &basis).await?;
        let order = self.order(tx, basis, price)?;
        table::insert(tx, &order).await?;
        if order.state == State::Paid {
            tx.announce(order.id, order.version, pb::OrderPaid { order: Some(order.content()) });
        } else {
            let placed = pb::OrderPlaced { order: Some(order.content()), total: money(order.price.total) };
            tx.announce(order.id, order.version, placed);
        }
        Ok(order)
    }
}

impl PlaceOrder {
    /// The lines of the lock or quote it names, or today's (BI-25).
    async fn agreed_price(&self, tx: &Tx, all: &Catalogues, basis: &Basis<'_>) -> Result<Price, Stop> {
        let held = basis.membership.as_ref().map(|m| &m.held);
        if let Some(id) = self.price_lock {
            return price_lock::table::find(tx, id).await?.bill(all, &self.selection, held, tx.now());
        }
        if let Some(id) = self.quote {
            return quote::table::find(tx.conn(), tx.caller(), id).await?.bill(all, &self.selection, held, tx.today());
        }
        Ok(basis.price.clone())
    }

    /// BI-28.
    async fn check_consent(&self, tx: &Tx, basis: &Basis<'_>) -> Result<(), Stop> {
        let Some(needed) = consent::needed(basis, &self.selection) else { return Ok(()) };
        let given = match self.consent {
            Some(id) => consent::table::find(tx, tx.caller().company()?, id).await?,
            None => None,
        };
        if given.is_some_and(|c| c.covers(&needed, tx.now())) { Ok(()) } else { Err(needed.refusal().into()) }
    }

    fn order(&self, tx: &Tx, basis: Basis<'_>, price: Price) -> Result<Order, Stop> {
        let free = price.total.is_zero();
        let id: OrderId = tx.id();
        let held = basis.membership.map(|m| m.held);
        let base_service = match &held {
            Some(h) if self.selection.base_service.is_empty() => h.base_service.clone(),
            _ => self.selection.base_service.clone(),
        };
        Ok(Order {
            id,
            version: 1,
            company: tx.caller().company()?,
            account: tx.caller().account()?.id,
            site: self.selection.site.unwrap_or_else(|| tx.id::<SiteId>()),
            state: if free { State::Paid } else { State::AwaitingPayment },
            selection: self.selection.clone(),
            base_service,
            price,
            held,
            method: if free { Method::None } else { self.method },
            reference: Reference::of(id),
            placed_at: tx.now(),
            pay_by: tx.today().plus_days(tx.part::<Settings>().pay_within_days),
            paid_at: free.then(|| tx.now()),
            fulfilled_at: None,
            terms_version: self.accepted_terms.clone(),
            consent: self.consent,
            quote: self.quote,
            site_prefix: self.site_prefix.clone(),
        })
    }
}

/// Reads the request.
pub fn parse(m: pb::PlaceOrderRequest) -> Result<PlaceOrder, Refusal> {
    let f = Fields::new();
    if m.payment_method() == pb::PaymentMethod::Card {
        return Err(PAYMENT_METHOD_NOT_OFFERED);
    }
    let (selection, price_lock, quote, consent, accepted_terms, (), ()) = f.all((
        selection::parse(&f, m.selection),
        f.optional("price_lock_id", &m.price_lock_id),
        f.optional("quote_id", &m.quote_id),
        f.optional("consent_id", &m.consent_id),
        f.word("accepted_terms_version", text::optional(&m.accepted_terms_version, LONGEST_TERMS)),
        f.must(m.site_prefix.is_empty() || is_prefix(&m.site_prefix), "site_prefix", NOT_A_PREFIX),
        f.must(m.price_lock_id.is_empty() || m.quote_id.is_empty(), "quote_id", ONE_OFFER),
    ))?;
    Ok(PlaceOrder {
        selection,
        site_prefix: m.site_prefix,
        price_lock,
        quote,
        accepted_terms: accepted_terms.unwrap_or_default(),
        consent,
        method: Method::BankTransfer,
    })
}

fn is_prefix(text: &str) -> bool {
    (2..=LONGEST_PREFIX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    // BI-9
    #[test]
    fn wrong_fields_are_named_all_at_once() {
        let no = parse(pb::PlaceOrderRequest {
            selection: Some(pb::Selection { seats: -1, site_id: "x".into(), ..Default::default() }),
            site_prefix: "-A".into(),
            quote_id: "quo_1".into(),
            ..Default::default()
        });
        let no = no.unwrap_err();
        assert_eq!(
            no.detail("fields"),
            Some("selection.kind, selection.seats, selection.site_id, quote_id, site_prefix")
        );
    }

    // BI-11
    #[test]
    fn cards_are_refused_until_they_are_offered() {
        let m = pb::PlaceOrderRequest { payment_method: pb::PaymentMethod::Card.into(), ..Default::default() };
        assert_eq!(parse(m).unwrap_err().reason(), "PAYMENT_METHOD_NOT_OFFERED");
    }
}
