//! What the stories share: a company billing knows of, clients, reading refusals.

use billing::Billing;
use contract::{
    billing::v1::{self as pb, *},
    google::r#type as g,
    identity::v1::{CompanyChanged, CompanyState, RegistryVerification},
    membership::v1::{MembershipContent, OrderApplied},
};
use flow::Caller;
use testkit::{Trial, callers};
use tonic::{Status, service::interceptor::InterceptedService, transport::Channel};
use tonic_types::StatusExt;
use words::CompanyId;

pub use testkit::on_both;
pub type Under = Billing;
pub type Wire = InterceptedService<Channel, testkit::Bearer>;

/// A company with its super admin.
pub struct Company {
    pub id: CompanyId,
    pub boss: Caller,
}

/// Verified, member of the voucher programme, with a head count.
pub async fn company(t: &Trial, head_count: i64) -> Company {
    let id = callers::company();
    let company = Company { id, boss: callers::super_admin(id) };
    t.hear(&id.to_string(), news(&company, 1, head_count)).await;
    company
}

pub fn news(company: &Company, version: i64, head_count: i64) -> CompanyChanged {
    CompanyChanged {
        company_id: company.id.to_string(),
        version,
        legal_name: "주식회사 두레".into(),
        brn: "1234567891".into(),
        state: CompanyState::Prospect.into(),
        verification: RegistryVerification::Verified.into(),
        voucher_member: true,
        head_count,
        registered_on: date(2026, 11, 23),
        registration_changed_on: None,
    }
}

pub fn operator() -> Caller {
    callers::operator(&["billing"])
}

pub fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub fn won(units: i64) -> Option<g::Money> {
    Some(g::Money { currency_code: "KRW".into(), units, nanos: 0 })
}

pub fn date(year: i32, month: i32, day: i32) -> Option<g::Date> {
    Some(g::Date { year, month, day })
}

pub fn units(money: &Option<g::Money>) -> i64 {
    money.as_ref().unwrap().units
}

/// The stable reason of a refusal.
pub fn reason<T: std::fmt::Debug>(outcome: Result<T, Status>) -> String {
    let status = outcome.expect_err("should have been refused");
    status.get_details_error_info().unwrap_or_else(|| panic!("{status:?} has no reason")).reason
}

pub fn selection(kind: OrderKind, base: &str, seats: i64, term: i32) -> Selection {
    Selection { kind: kind.into(), base_service: base.into(), seats, term_months: term, ..Default::default() }
}

pub fn order(selection: Selection) -> PlaceOrderRequest {
    PlaceOrderRequest {
        request_id: request_id(),
        selection: Some(selection),
        accepted_terms_version: "2020-01".into(),
        ..Default::default()
    }
}

pub fn orders(t: &Trial, caller: &Caller) -> order_service_client::OrderServiceClient<Wire> {
    order_service_client::OrderServiceClient::new(t.channel(caller))
}

pub fn prices(t: &Trial, caller: &Caller) -> price_service_client::PriceServiceClient<Wire> {
    price_service_client::PriceServiceClient::new(t.channel(caller))
}

pub fn quotes(t: &Trial, caller: &Caller) -> quote_service_client::QuoteServiceClient<Wire> {
    quote_service_client::QuoteServiceClient::new(t.channel(caller))
}

pub fn deposits(t: &Trial, caller: &Caller) -> deposit_service_client::DepositServiceClient<Wire> {
    deposit_service_client::DepositServiceClient::new(t.channel(caller))
}

pub fn consents(t: &Trial, caller: &Caller) -> consent_service_client::ConsentServiceClient<Wire> {
    consent_service_client::ConsentServiceClient::new(t.channel(caller))
}

pub fn purchases(t: &Trial, caller: &Caller) -> purchase_service_client::PurchaseServiceClient<Wire> {
    purchase_service_client::PurchaseServiceClient::new(t.channel(caller))
}

pub fn payouts(t: &Trial, caller: &Caller) -> payout_service_client::PayoutServiceClient<Wire> {
    payout_service_client::PayoutServiceClient::new(t.channel(caller))
}

pub fn policies(t: &Trial, caller: &Caller) -> policy_service_client::PolicyServiceClient<Wire> {
    policy_service_client::PolicyServiceClient::new(t.channel(caller))
}

pub fn accounts(t: &Trial, caller: &Caller) -> registered_account_service_client::RegisteredAccountServiceClient<Wire> {
    registered_account_service_client::RegisteredAccountServiceClient::new(t.channel(caller))
}

/// Membership applies a paid order: what the site holds afterwards.
pub async fn apply(t: &Trial, order: &pb::Order, membership: MembershipContent) {
    t.hear(&order.site_id, OrderApplied { order_id: order.order_id.clone(), membership: Some(membership) }).await;
}

/// A membership of a company's site.
pub fn membership(
    order: &pb::Order,
    base: &str,
    seats: i64,
    first: Option<g::Date>,
    last: Option<g::Date>,
) -> MembershipContent {
    MembershipContent {
        membership_id: "mem_1".into(),
        revision: 1,
        company_id: order.company_id.clone(),
        site_id: order.site_id.clone(),
        base_service: base.into(),
        paid: base != "shared-free",
        seats,
        first_day: first,
        last_day: last,
        monthly_fee: order.price.as_ref().unwrap().monthly_fee.clone(),
        ..Default::default()
    }
}
