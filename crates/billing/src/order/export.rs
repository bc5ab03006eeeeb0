//! The order history as an Excel sheet (BI-12): what the list shows, of the same filter.

use contract::{billing::v1 as pb, google::api::HttpBody};
use export::{Cell, Leaving, Sheet, whole};
use flow::{Read, Stop};
use words::Day;

use super::{Order, render, table, views};
use crate::catalogue::Catalogues;

const SHEET: Sheet = Sheet {
    name: "주문내역",
    headings: &[
        "주문번호",
        "서비스 유형",
        "기본 서비스명",
        "계약(주문) 종류",
        "계약일",
        "적용시작일",
        "주요 상품정보",
        "계약금(VAT포함)",
        "결제방법",
        "주문상태",
    ],
    most: 10_000,
};

/// ExportOrders.
pub async fn export(read: Read, m: pb::ExportOrdersRequest) -> Result<HttpBody, Stop> {
    let leaving = Leaving::new("orders", &m.reason)?;
    let filter = views::filter(&read, m.kind(), m.state(), &m.from_day, &m.to_day, &m.company_id)?;
    let orders = table::newest(read.conn(), &filter, SHEET.most + 1).await?;
    let all = read.part::<Catalogues>();
    let rows = orders.iter().map(|order| row(order, &all)).collect();
    SHEET.give(&read, leaving.of(filter.company), whole(rows)).await
}

fn row(order: &Order, all: &Catalogues) -> Vec<Cell> {
    let s = render::summary(order, all);
    vec![
        Cell::Text(s.order_id.clone()),
        Cell::Text(s.service_type.clone()),
        Cell::Text(s.base_service_ko.clone()),
        kind(s.kind()).into(),
        Cell::Text(Day::of(order.placed_at).to_string()),
        Cell::Text(render::start_day(order).to_string()),
        Cell::Text(s.main_items_ko.clone()),
        Cell::Won(order.price.total),
        method(s.payment_method()).into(),
        state(s.state()).into(),
    ]
}

fn kind(kind: pb::OrderKind) -> &'static str {
    match kind {
        pb::OrderKind::New => "신규주문",
        pb::OrderKind::Additional => "추가주문",
        pb::OrderKind::Extension => "연장주문",
        pb::OrderKind::Conversion => "유료전환",
        pb::OrderKind::Reduction => "축소",
        pb::OrderKind::Unspecified => "",
    }
}

fn method(method: pb::PaymentMethod) -> &'static str {
    match method {
        pb::PaymentMethod::BankTransfer => "무통장입금",
        pb::PaymentMethod::Card => "자동카드결제",
        pb::PaymentMethod::None | pb::PaymentMethod::Unspecified => "-",
    }
}

fn state(state: pb::OrderState) -> &'static str {
    match state {
        pb::OrderState::AwaitingPayment => "입금대기",
        pb::OrderState::Paid => "결제완료",
        pb::OrderState::Fulfilled => "이용중",
        pb::OrderState::Cancelled => "취소",
        pb::OrderState::Expired => "기한만료",
        pb::OrderState::Refunded => "환불",
        pb::OrderState::PartlyRefunded => "부분환불",
        pb::OrderState::Unspecified => "",
    }
}
