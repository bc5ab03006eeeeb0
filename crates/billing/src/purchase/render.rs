//! A purchase as it is answered; in lists, people's and companies' names and account numbers are masked (BI-30).

use contract::{billing::v1 as pb, date, money, timestamp};
use words::{Day, Money, mask};

use super::{Document, Purchase, Refund, State};
use crate::{price, settings::Settings};

/// The purchase; where to pay only while it is pending.
pub fn render(p: &Purchase, settings: &Settings) -> pb::Purchase {
    let pending = p.state == State::Pending;
    pb::Purchase {
        purchase_id: p.id.to_string(),
        version: p.version,
        company_id: p.company.to_string(),
        state: state(p.state).into(),
        face_value: money(p.face),
        discounted_value: money(p.discounted),
        discount_rate_basis_points: i32::try_from(p.rate_basis_points).unwrap_or(i32::MAX),
        price: Some(price::render::render(&p.price)),
        payable: money(p.owed()),
        account_masked: p.account_shown.clone(),
        registered_account_id: p.account.to_string(),
        depositor: p.depositor.clone(),
        transfer: pending.then(|| settings.transfer(p.owed(), &p.reference, p.pay_by)),
        create_time: timestamp(p.applied_at),
        confirm_by: date(p.confirm_by),
        approve_time: p.approved_at.and_then(timestamp),
        approved_on: p.approved_at.map(Day::of).and_then(date),
        documents: p
            .documents
            .iter()
            .map(|(d, tick)| pb::DocumentTick {
                document: d.to_wire().into(),
                tick_time: tick.and_then(timestamp),
                issued_on: p.attorney_issued_on.filter(|_| *d == Document::PowerOfAttorney).and_then(date),
            })
            .collect(),
        refund: p.refund.as_ref().map(refund),
        deposit_arrived: p.deposit.is_some(),
        valid_through: p.valid_through.and_then(date),
        lot_id: p.lot.clone().unwrap_or_default(),
    }
}

/// One row of the history (BI-30), with what its lot holds.
pub fn row(p: &Purchase, available: Option<Money>) -> pb::PurchaseRow {
    pb::PurchaseRow {
        purchase_id: p.id.to_string(),
        number: p.number,
        state: state(p.state).into(),
        create_time: timestamp(p.applied_at),
        depositor_masked: mask::name(&p.depositor),
        account_masked: p.account_shown.clone(),
        payable: money(p.owed()),
        discount_rate_basis_points: i32::try_from(p.rate_basis_points).unwrap_or(i32::MAX),
        face_value: money(p.face),
        valid_through: p.valid_through.and_then(date),
        company_id: p.company.to_string(),
        balance: available.and_then(money),
    }
}

fn refund(r: &Refund) -> pb::PurchaseRefund {
    let done = r.done.as_ref();
    let refused = r.refused.as_ref();
    let (ko, en) = match refused {
        Some(_) => (
            "발송 예약 중이거나 아직 수령되지 않은 금액이 있어 환불할 수 없습니다. 예약을 취소하거나 회수한 뒤 다시 신청하세요.",
            "Some value is reserved by sends or lies in unclaimed gifts. Cancel or recall them, then ask again.",
        ),
        None => ("", ""),
    };
    pb::PurchaseRefund {
        request_time: timestamp(r.requested_at),
        refund_time: done.and_then(|d| timestamp(d.at)),
        available: done.and_then(|d| money(d.available)),
        amount: done.and_then(|d| money(d.amount)),
        account_masked: done.map(|d| d.account_shown.clone()).unwrap_or_default(),
        refused_reserved: refused.and_then(|r| money(r.reserved)),
        refused_outstanding: refused.and_then(|r| money(r.outstanding)),
        refused_reason_ko: ko.into(),
        refused_reason_en: en.into(),
        send_time: done.and_then(|d| d.sent_at).and_then(timestamp),
    }
}

fn state(state: State) -> pb::PurchaseState {
    match state {
        State::Pending => pb::PurchaseState::Pending,
        State::Approved => pb::PurchaseState::Approved,
        State::Cancelled => pb::PurchaseState::Cancelled,
        State::Refunded => pb::PurchaseState::Refunded,
        State::Expired => pb::PurchaseState::Expired,
        State::Refunding => pb::PurchaseState::Refunding,
    }
}
