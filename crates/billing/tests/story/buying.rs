//! Previewing, locking, ordering, paying, adding, extending, converting.

use contract::{
    billing::v1::{self as pb, *},
    exported::DataExported,
    membership::v1::{MembershipContent, MembershipEnded},
};
use flow::Caller;
use testkit::{Trial, callers};

use crate::company::*;

async fn place(t: &Trial, who: &Caller, s: Selection) -> pb::Order {
    orders(t, who).place_order(order(s)).await.unwrap().into_inner()
}

async fn pay(t: &Trial, order: &pb::Order, amount: i64) -> ConfirmDepositReply {
    let paid = ConfirmDepositRequest {
        request_id: request_id(),
        order_id: order.order_id.clone(),
        amount: won(amount),
        ..Default::default()
    };
    orders(t, &operator()).confirm_deposit(paid).await.unwrap().into_inner()
}

async fn state(t: &Trial, who: &Caller, order: &pb::Order) -> OrderState {
    let m = GetOrderRequest { order_id: order.order_id.clone() };
    orders(t, who).get_order(m).await.unwrap().into_inner().state()
}

fn shared(seats: i64) -> Selection {
    selection(OrderKind::New, "shared", seats, 12)
}

// BI-5, BI-9, BI-10, BI-11, BI-25, ME-2
#[tokio::test]
async fn a_locked_price_is_ordered_paid_and_fulfilled_once() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let m = PreviewPriceRequest { request_id: request_id(), selection: Some(shared(10)), seal: true };
        let preview = prices(&t, &c.boss).preview_price(m).await.unwrap().into_inner();
        let price = preview.price.unwrap();
        assert_eq!((units(&price.total), units(&price.vat)), (583_000, 53_000));
        assert!(preview.price_lock_id.starts_with("lck_"));

        let m = PlaceOrderRequest { price_lock_id: preview.price_lock_id, ..order(shared(10)) };
        let placed = orders(&t, &c.boss).place_order(m.clone()).await.unwrap().into_inner();
        assert_eq!(placed.price.as_ref(), Some(&price));
        assert_eq!(placed.state(), OrderState::AwaitingPayment);
        assert_eq!(units(&placed.transfer.as_ref().unwrap().amount), 583_000);
        let again = orders(&t, &c.boss).place_order(m.clone()).await.unwrap().into_inner();
        assert_eq!(again, placed, "the same request id answers the same");
        let other = PlaceOrderRequest { selection: Some(shared(11)), ..m };
        assert_eq!(reason(orders(&t, &c.boss).place_order(other).await), "REQUEST_ID_REUSED");

        let paid = pay(&t, &placed, 583_000).await;
        assert_eq!(paid.order.unwrap().state(), OrderState::Paid);
        assert_eq!(paid.deposit.unwrap().r#match(), DepositMatch::Exact);
        let fact = &t.told::<OrderPaid>(1).await[0];
        assert_eq!(fact.order.as_ref().unwrap().seats, 10);

        for _ in 0..2 {
            let membership = membership(&placed, "shared", 10, date(2026, 11, 23), date(2027, 11, 22));
            apply(&t, &placed, membership).await;
        }
        assert_eq!(state(&t, &c.boss, &placed).await, OrderState::Fulfilled);
        assert_eq!(t.told::<OrderFulfilled>(1).await.len(), 1);
    })
    .await;
}

// BI-25
#[tokio::test]
async fn a_stale_lock_is_refused_with_the_reason() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let m = PreviewPriceRequest { request_id: request_id(), selection: Some(shared(10)), seal: true };
        let id = prices(&t, &c.boss).preview_price(m).await.unwrap().into_inner().price_lock_id;
        let with = |s| PlaceOrderRequest { price_lock_id: id.clone(), ..order(s) };
        assert_eq!(reason(orders(&t, &c.boss).place_order(with(shared(11))).await), "PRICE_LOCK_STALE");
        let stranger = company(&t, 20).await;
        assert_eq!(reason(orders(&t, &stranger.boss).place_order(with(shared(10))).await), "PRICE_LOCK_NOT_FOUND");
        t.clock.advance(chrono::Duration::minutes(15));
        assert_eq!(reason(orders(&t, &c.boss).place_order(with(shared(10))).await), "PRICE_LOCK_STALE");
        let unsealed = PreviewPriceRequest { seal: true, selection: Some(shared(10)), ..Default::default() };
        assert_eq!(reason(prices(&t, &c.boss).preview_price(unsealed).await), "INVALID_FIELDS");
    })
    .await;
}

// BI-9
#[tokio::test]
async fn who_cannot_order_is_told_why() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let try_as = async |who: &Caller, m| reason(orders(&t, who).place_order(m).await);
        assert_eq!(try_as(&callers::individual(), order(shared(10))).await, "CORPORATE_ACCOUNT_REQUIRED");
        assert_eq!(try_as(&callers::admin(c.id, &["voucher.send"]), order(shared(10))).await, "NOT_ALLOWED");
        assert_eq!(try_as(&callers::anyone(), order(shared(10))).await, "SIGN_IN_REQUIRED");
        let unknown = callers::super_admin(callers::company());
        assert_eq!(try_as(&unknown, order(shared(10))).await, "COMPANY_NOT_YET_KNOWN");
        let terms = PlaceOrderRequest { accepted_terms_version: String::new(), ..order(shared(10)) };
        assert_eq!(try_as(&c.boss, terms).await, "TERMS_NOT_ACCEPTED");
        assert_eq!(try_as(&c.boss, order(shared(9))).await, "SEATS_OUT_OF_RANGE");
        let card = PlaceOrderRequest { payment_method: PaymentMethod::Card.into(), ..order(shared(10)) };
        assert_eq!(try_as(&c.boss, card).await, "PAYMENT_METHOD_NOT_OFFERED");

        let pending = news(&c, 2, 20);
        let pending = contract::identity::v1::CompanyChanged { verification: 1, ..pending };
        t.hear(&c.id.to_string(), pending).await;
        assert_eq!(try_as(&c.boss, order(shared(10))).await, "COMPANY_NOT_VERIFIED");
        t.hear(&c.id.to_string(), news(&c, 1, 20)).await;
        assert_eq!(try_as(&c.boss, order(shared(10))).await, "COMPANY_NOT_VERIFIED", "older news changes nothing");

        let admin = callers::admin(c.id, &["order.place"]);
        t.hear(&c.id.to_string(), news(&c, 3, 20)).await;
        assert_eq!(place(&t, &admin, shared(10)).await.state(), OrderState::AwaitingPayment);
    })
    .await;
}

// BI-6, BI-9: five seats more, prorated by day
#[tokio::test]
async fn seats_are_added_until_the_end_of_the_period() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let first = place(&t, &c.boss, shared(10)).await;
        pay(&t, &first, 583_000).await;
        let more = Selection { site_id: first.site_id.clone(), ..selection(OrderKind::Additional, "", 5, 0) };
        let early = orders(&t, &c.boss).place_order(order(more.clone())).await;
        assert_eq!(reason(early), "NO_MEMBERSHIP_IN_FORCE", "nothing is in force yet");
        apply(&t, &first, membership(&first, "shared", 10, date(2026, 11, 23), date(2027, 11, 22))).await;

        t.clock.advance(chrono::Duration::days(17)); // 10 December: 11 months, and 13 of December's 31 days
        let added = place(&t, &c.boss, more.clone()).await;
        let price = added.price.as_ref().unwrap();
        assert_eq!(units(&price.supply), 11 * 20_000 + 20_000 * 13 / 31);
        assert_eq!(units(&price.total), 228_387 + 22_838);
        assert_eq!(price.lines[0].derivation.as_ref().unwrap().formula, "4,000 × 5 × 11 + ⌊4,000 × 5 × 13/31⌋");
        pay(&t, &added, 251_225).await;
        let told = t.told::<OrderPaid>(2).await;
        let content = told[1].order.as_ref().unwrap();
        assert_eq!(
            (content.kind(), content.seats, content.base_service.as_str()),
            (OrderKind::Additional, 5, "shared")
        );
        assert_eq!(content.period_end, date(2027, 11, 22));
        assert_eq!(units(&content.monthly_fee), 60_000);

        let stranger = company(&t, 20).await;
        assert_eq!(reason(orders(&t, &stranger.boss).place_order(order(more)).await), "NO_MEMBERSHIP_IN_FORCE");
        let m = GetOrderRequest { order_id: added.order_id.clone() };
        assert_eq!(reason(orders(&t, &stranger.boss).get_order(m).await), "ORDER_NOT_FOUND");
    })
    .await;
}

// BI-9, BI-28, ME-1, ME-18: free to paid, with consent and the storage offer
#[tokio::test]
async fn a_free_service_is_converted_with_consent() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let free = place(&t, &c.boss, selection(OrderKind::New, "shared-free", 9, 0)).await;
        assert_eq!((free.state(), free.payment_method()), (OrderState::Paid, PaymentMethod::None));
        let second = orders(&t, &c.boss).place_order(order(selection(OrderKind::New, "shared-free", 5, 0))).await;
        assert_eq!(reason(second), "FREE_ALREADY_HELD");
        let holds = membership(&free, "shared-free", 9, date(2026, 11, 23), None);
        apply(&t, &free, holds.clone()).await;

        let paid = Selection {
            site_id: free.site_id.clone(),
            storage_gb: 50,
            ..selection(OrderKind::Conversion, "shared", 12, 12)
        };
        assert_eq!(reason(orders(&t, &c.boss).place_order(order(paid.clone())).await), "CONSENT_REQUIRED");
        let m = PreviewPriceRequest { selection: Some(paid.clone()), ..Default::default() };
        let needed = prices(&t, &c.boss).preview_price(m).await.unwrap().into_inner().consent_needed.unwrap();
        assert_eq!((units(&needed.old_monthly_fee), units(&needed.new_monthly_fee)), (0, 98_000));
        assert!(needed.wording_ko.contains("98,000"));
        let consent = |agreed| GiveConsentRequest {
            request_id: request_id(),
            selection: Some(paid.clone()),
            wording_version: needed.wording_version.clone(),
            agreed,
        };
        assert_eq!(reason(consents(&t, &c.boss).give_consent(consent(false)).await), "INVALID_FIELDS");
        let consent = consents(&t, &c.boss).give_consent(consent(true)).await.unwrap().into_inner();

        let with = |s: &Selection| PlaceOrderRequest { consent_id: consent.consent_id.clone(), ..order(s.clone()) };
        let dearer = Selection { seats: 13, ..paid.clone() };
        assert_eq!(reason(orders(&t, &c.boss).place_order(with(&dearer)).await), "CONSENT_REQUIRED");
        let converted = orders(&t, &c.boss).place_order(with(&paid)).await.unwrap().into_inner();
        let price = converted.price.as_ref().unwrap();
        // 50,000 set-up + 12 × 48,000 + 12 × 50,000 less 30 % of the storage
        assert_eq!((units(&price.list), units(&price.discount)), (1_226_000, 180_000));
        assert_eq!(units(&price.total), 1_046_000 + 104_600);
        assert_eq!(reason(orders(&t, &c.boss).place_order(with(&paid)).await), "CONVERSION_UNDER_WAY");

        pay(&t, &converted, 1_150_600).await;
        let holds = MembershipContent {
            revision: 2,
            paid: true,
            seats: 12,
            last_day: date(2027, 11, 22),
            base_service: "shared".into(),
            ..holds
        };
        apply(&t, &converted, holds.clone()).await;
        assert_eq!(reason(orders(&t, &c.boss).place_order(with(&paid)).await), "ALREADY_PAID_CLASS");
        place(&t, &c.boss, selection(OrderKind::New, "shared-free", 5, 0)).await;

        let all = orders(&t, &c.boss).list_orders(ListOrdersRequest::default()).await.unwrap().into_inner().orders;
        let kinds: Vec<_> = all.iter().map(|o| (o.kind(), o.state())).collect();
        assert_eq!(kinds[1], (OrderKind::Conversion, OrderState::Fulfilled));
        assert_eq!(all[1].main_items_ko, "사용자 12명, 용량 50GB, 12개월");
        assert_eq!(units(&all[1].total), 1_150_600);

        let ended = MembershipEnded { membership: Some(MembershipContent { revision: 3, ..holds }) };
        t.hear(&free.site_id, ended).await;
        let more = Selection { site_id: free.site_id, ..selection(OrderKind::Additional, "", 5, 0) };
        assert_eq!(reason(orders(&t, &c.boss).place_order(order(more)).await), "NO_MEMBERSHIP_IN_FORCE");
    })
    .await;
}

// BI-10, BI-11, BI-27: nothing that arrives is dropped
#[tokio::test]
async fn what_does_not_fit_stays_at_the_desk() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let placed = place(&t, &c.boss, shared(10)).await;
        let short = pay(&t, &placed, 582_999).await;
        assert_eq!(short.order.unwrap().state(), OrderState::AwaitingPayment);
        assert_eq!(short.deposit.unwrap().r#match(), DepositMatch::Short);
        pay(&t, &placed, 583_001).await;

        let mut desk = deposits(&t, &operator());
        let arrived = |amount, reference: &str, bank: &str| RecordDepositRequest {
            request_id: request_id(),
            amount: won(amount),
            depositor: "김정현".into(),
            reference: reference.into(),
            bank_reference: bank.into(),
        };
        let stranger = desk.record_deposit(arrived(583_000, "hello", "T-1")).await.unwrap().into_inner();
        assert_eq!((stranger.r#match(), stranger.state()), (DepositMatch::Stranger, DepositState::Open));
        assert_eq!(stranger.depositor_masked, "김정*");
        assert_eq!(reason(desk.record_deposit(arrived(583_000, "hello", "T-1")).await), "DEPOSIT_ALREADY_RECORDED");
        let reference = placed.transfer.as_ref().unwrap().reference.clone();
        let attach = ResolveDepositRequest {
            request_id: request_id(),
            deposit_id: stranger.deposit_id.clone(),
            decision: DepositDecision::Attach.into(),
            reference: reference.to_lowercase(),
            ..Default::default()
        };
        let attached = desk.resolve_deposit(attach.clone()).await.unwrap().into_inner();
        assert_eq!((attached.r#match(), attached.state()), (DepositMatch::Exact, DepositState::Applied));
        assert_eq!(state(&t, &c.boss, &placed).await, OrderState::Paid);
        let again = ResolveDepositRequest { request_id: request_id(), ..attach };
        assert_eq!(reason(desk.resolve_deposit(again).await), "DEPOSIT_DECIDED");
        let twice = desk.record_deposit(arrived(583_000, &reference, "")).await.unwrap().into_inner();
        assert_eq!(twice.r#match(), DepositMatch::Twice);

        let late = place(&t, &c.boss, shared(20)).await;
        t.clock.advance(chrono::Duration::days(8));
        let closed = t.told::<OrderClosed>(1).await;
        assert!(closed[0].expired);
        assert_eq!(state(&t, &c.boss, &late).await, OrderState::Expired);
        let reply = pay(&t, &late, 1_023_000).await;
        assert_eq!(reply.deposit.unwrap().r#match(), DepositMatch::Late);

        let open = ListDepositsRequest { state: DepositState::Open.into(), page_size: 3, ..Default::default() };
        let page = desk.list_deposits(open.clone()).await.unwrap().into_inner();
        let rest = ListDepositsRequest { page_token: page.next_page_token.clone(), ..open };
        let rest = desk.list_deposits(rest).await.unwrap().into_inner();
        assert_eq!(page.deposits.len() + rest.deposits.len(), 4, "short, over, twice, late");
        assert_eq!(reason(deposits(&t, &c.boss).list_deposits(ListDepositsRequest::default()).await), "NOT_ALLOWED");
    })
    .await;
}

// BI-10, R16: a payment and a cancellation at once have one winner
#[tokio::test]
async fn paying_and_cancelling_at_once_have_one_winner() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let placed = place(&t, &c.boss, shared(10)).await;
        let cancel = CancelOrderRequest { request_id: request_id(), order_id: placed.order_id.clone() };
        let mut client = orders(&t, &c.boss);
        let (cancelled, paid) = tokio::join!(client.cancel_order(cancel), pay(&t, &placed, 583_000));
        match cancelled {
            Ok(_) => assert_eq!(paid.deposit.unwrap().r#match(), DepositMatch::Late),
            Err(no) => {
                assert_eq!(reason::<()>(Err(no)), "ORDER_NOT_CANCELLABLE");
                assert_eq!(paid.deposit.unwrap().r#match(), DepositMatch::Exact);
            }
        }
    })
    .await;
}

// BI-12
#[tokio::test]
async fn the_history_is_exported_as_a_sheet() {
    on_both::<Under, _>(|t| async move {
        let c = company(&t, 20).await;
        let placed = place(&t, &c.boss, shared(10)).await;
        place(&t, &company(&t, 1).await.boss, shared(10)).await;
        // S55
        assert_eq!(reason(orders(&t, &c.boss).export_orders(ExportOrdersRequest::default()).await), "INVALID_FIELDS");
        let all = ExportOrdersRequest { reason: "정산".into(), ..Default::default() };
        let file = orders(&t, &c.boss).export_orders(all.clone()).await.unwrap().into_inner();
        orders(&t, &operator()).export_orders(all).await.unwrap();
        let told = t.told::<DataExported>(2).await;
        let said: Vec<_> = told.iter().map(|fact| (fact.what.as_str(), fact.row_count, &fact.company_id)).collect();
        assert_eq!(said, [("orders", 1, &c.id.to_string()), ("orders", 2, &String::new())], "an operator's is of all");
        let mut book =
            calamine::open_workbook_from_rs::<calamine::Xlsx<_>, _>(std::io::Cursor::new(file.data)).unwrap();
        let sheet = calamine::Reader::worksheet_range(&mut book, "주문내역").unwrap();
        let rows: Vec<Vec<String>> = sheet.rows().map(|r| r.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(rows.len(), 2, "the other company's order is not there");
        assert_eq!(
            (rows[1][0].as_str(), rows[1][7].as_str(), rows[1][9].as_str()),
            (placed.order_id.as_str(), "583000", "입금대기")
        );
        let narrow = ListOrdersRequest { to_day: date(2026, 11, 22), ..Default::default() };
        assert!(orders(&t, &c.boss).list_orders(narrow).await.unwrap().into_inner().orders.is_empty());
    })
    .await;
}
