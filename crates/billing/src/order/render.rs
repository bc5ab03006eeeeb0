//! An order as it is answered.

use contract::{billing::v1 as pb, date, money, timestamp};
use words::Day;

use super::{Method, Order, OrderKind, State, confirm_deposit::Confirmed};
use crate::{catalogue::Catalogues, price, selection, settings::Settings};

/// The order; where to pay only while it awaits payment (BI-11).
pub fn render(o: &Order, settings: &Settings) -> pb::Order {
    let awaiting = o.state == State::AwaitingPayment;
    pb::Order {
        order_id: o.id.to_string(),
        version: o.version,
        company_id: o.company.to_string(),
        account_id: o.account.to_string(),
        site_id: o.site.to_string(),
        state: o.state.to_wire().into(),
        selection: Some(selection::render(&o.selection)),
        price: Some(price::render::render(&o.price)),
        payment_method: method(o.method).into(),
        transfer: awaiting.then(|| settings.transfer(o.price.total, &o.reference, o.pay_by)),
        create_time: timestamp(o.placed_at),
        pay_time: o.paid_at.and_then(timestamp),
        fulfil_time: o.fulfilled_at.and_then(timestamp),
        accepted_terms_version: o.terms_version.clone(),
        consent_id: o.consent.map(|c| c.to_string()).unwrap_or_default(),
        site_prefix: o.site_prefix.clone(),
        start_day: date(start_day(o)),
    }
}

/// After a deposit.
pub fn confirmed(c: Confirmed, settings: &Settings) -> pb::ConfirmDepositReply {
    pb::ConfirmDepositReply {
        order: Some(render(&c.order, settings)),
        deposit: Some(crate::deposit::render::render(c.deposit)),
    }
}

/// One row of the history (BI-12).
pub fn summary(o: &Order, all: &Catalogues) -> pb::OrderSummary {
    let name = all.version(&o.price.catalogue_version).and_then(|c| c.item(&o.base_service)).map(|i| i.name.clone());
    let (ko, en) = main_items(o);
    pb::OrderSummary {
        order_id: o.id.to_string(),
        service_type: o.base_service.clone(),
        base_service_ko: name.as_ref().map(|n| n.ko.clone()).unwrap_or_default(),
        base_service_en: name.map(|n| n.en).unwrap_or_default(),
        kind: o.selection.kind.to_wire().into(),
        contract_day: date(Day::of(o.placed_at)),
        start_day: date(start_day(o)),
        main_items_ko: ko,
        main_items_en: en,
        total: money(o.price.total),
        payment_method: method(o.method).into(),
        state: o.state.to_wire().into(),
        site_id: o.site.to_string(),
        company_id: o.company.to_string(),
    }
}

/// The day it starts: asked for, or that of fulfilment, or as far as known its first day charged.
pub fn start_day(o: &Order) -> Day {
    let first = o.price.first_day.unwrap_or_else(|| Day::of(o.placed_at));
    match o.selection.kind {
        OrderKind::New | OrderKind::Conversion => first.max(Day::of(o.fulfilled_at.unwrap_or(o.placed_at))),
        _ => first,
    }
}

/// `사용자 10명, 용량 50GB, 12개월`.
fn main_items(o: &Order) -> (String, String) {
    let s = &o.selection;
    let (mut ko, mut en) = (Vec::new(), Vec::new());
    if s.seats > 0 {
        ko.push(format!("사용자 {}명", s.seats));
        en.push(format!("{} users", s.seats));
    }
    if s.storage_gb > 0 {
        ko.push(format!("용량 {}GB", s.storage_gb));
        en.push(format!("{} GB", s.storage_gb));
    }
    for (item, quantity) in &s.options {
        ko.push(format!("{item} {quantity}"));
        en.push(format!("{item} {quantity}"));
    }
    if s.term_months > 0 {
        ko.push(format!("{}개월", s.term_months));
        en.push(format!("{} months", s.term_months));
    }
    (ko.join(", "), en.join(", "))
}

fn method(method: Method) -> pb::PaymentMethod {
    match method {
        Method::BankTransfer => pb::PaymentMethod::BankTransfer,
        Method::None => pb::PaymentMethod::None,
    }
}
