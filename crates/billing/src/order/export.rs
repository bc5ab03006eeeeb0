//! The order history as an Excel sheet (BI-12): the newest 10,000 of the filter. Texts are written as texts, never as
//! formulas.

use contract::{billing::v1 as pb, google::api::HttpBody};
use flow::{Fault, Read, Stop};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{Order, render, table, views};
use crate::catalogue::Catalogues;

/// So many rows at most.
const MOST: u64 = 10_000;
const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const HEADINGS: [&str; 10] = [
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
];

/// ExportOrders.
pub async fn export(read: Read, m: pb::ExportOrdersRequest) -> Result<HttpBody, Stop> {
    let filter = views::filter(&read, m.kind(), m.state(), &m.from_day, &m.to_day, &m.company_id)?;
    let orders = table::newest(read.conn(), &filter, MOST).await?;
    let all = read.part::<Catalogues>();
    let data = tokio::task::spawn_blocking(move || sheet(&orders, &all)).await.map_err(Fault::bug)?;
    Ok(HttpBody { content_type: EXCEL.into(), data: data.map_err(Fault::bug)?, extensions: Vec::new() })
}

fn sheet(orders: &[Order], all: &Catalogues) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("주문내역")?;
    let (bold, won) = (Format::new().set_bold(), Format::new().set_num_format("#,##0"));
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, heading, &bold)?;
        sheet.set_column_width_pixels(column, 130)?;
    }
    for (row, order) in (1..).zip(orders) {
        let s = render::summary(order, all);
        let placed = words::Day::of(order.placed_at);
        let texts = [
            (0, s.order_id.clone()),
            (1, s.service_type.clone()),
            (2, s.base_service_ko.clone()),
            (3, kind(s.kind()).to_owned()),
            (4, placed.to_string()),
            (5, render::start_day(order).to_string()),
            (6, s.main_items_ko.clone()),
            (8, method(s.payment_method()).to_owned()),
            (9, state(s.state()).to_owned()),
        ];
        for (column, text) in texts {
            sheet.write_string(row, column, text)?;
        }
        sheet.write_with_format(row, 7, order.price.total.won(), &won)?;
    }
    book.save_to_buffer()
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
