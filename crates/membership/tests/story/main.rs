//! Membership over gRPC, on both engines: opening, seats, checks, quotas, holds, time.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod checking;
mod holding;
mod opening;
mod reporting;
mod seats;
mod turning;

use contract::{
    billing::v1::{OptionQuantity, OrderContent, OrderKind, OrderPaid},
    google::r#type as g,
    membership::v1::{
        self as pb, entitlement_service_client::EntitlementServiceClient, feature_service_client::FeatureServiceClient,
        hold_service_client::HoldServiceClient, membership_service_client::MembershipServiceClient,
        quota_service_client::QuotaServiceClient, site_service_client::SiteServiceClient,
        usage_service_client::UsageServiceClient, user_service_client::UserServiceClient,
    },
};
use flow::Caller;
use testkit::{Bearer, Trial, callers};
use tonic::{Status, service::interceptor::InterceptedService, transport::Channel};
use tonic_types::StatusExt;
use uuid::Uuid;
use words::{AccountId, CompanyId, Day, Money, SiteId, typed_id};

typed_id!(
    /// An order of billing's.
    OrderId, "ord"
);

type Wire = InterceptedService<Channel, Bearer>;

/// A company with a site, and everyone who calls.
struct House {
    company: CompanyId,
    site: SiteId,
}

impl House {
    fn new() -> Self {
        Self { company: callers::company(), site: SiteId::new(Uuid::now_v7()) }
    }

    fn admin(&self) -> Caller {
        callers::super_admin(self.company)
    }

    /// A paid order of this company for this site.
    fn order(&self, kind: OrderKind) -> OrderContent {
        OrderContent {
            order_id: OrderId::new(Uuid::now_v7()).to_string(),
            version: 2,
            company_id: self.company.to_string(),
            account_id: AccountId::new(Uuid::now_v7()).to_string(),
            site_id: self.site.to_string(),
            kind: kind.into(),
            base_service: "shared".into(),
            seats: 10,
            term_months: 12,
            monthly_fee: contract::money(Money::from_won(40_000)),
            ..Default::default()
        }
    }

    fn five_more(&self) -> OrderContent {
        OrderContent {
            seats: 5,
            term_months: 0,
            period_end: date("2027-11-22"),
            monthly_fee: contract::money(Money::from_won(60_000)),
            ..self.order(OrderKind::Additional)
        }
    }

    fn free(&self) -> OrderContent {
        OrderContent {
            base_service: "shared-free".into(),
            seats: 9,
            term_months: 0,
            monthly_fee: contract::money(Money::ZERO),
            ..self.order(OrderKind::New)
        }
    }

    /// Opens the site: shared, ten seats, twelve months.
    async fn open(&self, t: &Trial) {
        pay(t, self.order(OrderKind::New)).await;
    }

    async fn status(&self, t: &Trial) -> pb::MembershipStatus {
        let mut client = MembershipServiceClient::new(t.channel(&self.admin()));
        let request = pb::GetMembershipStatusRequest { site_id: self.site.to_string() };
        client.get_membership_status(request).await.unwrap().into_inner()
    }

    fn admit(&self, user: &str) -> pb::AdmitUserRequest {
        pb::AdmitUserRequest { request_id: id(), site_id: self.site.to_string(), user_id: user.into() }
    }

    fn check(&self, feature: &str) -> pb::CheckEntitlementRequest {
        pb::CheckEntitlementRequest { site_id: self.site.to_string(), feature: feature.into(), ..Default::default() }
    }

    async fn admit_users(&self, t: &Trial, users: std::ops::Range<usize>) {
        for i in users {
            users_of(t).admit_user(self.admit(&format!("user-{i}"))).await.unwrap();
        }
    }
}

fn product() -> Caller {
    callers::client(&["membership.check", "membership.admit", "membership.report"])
}

fn users_of(t: &Trial) -> UserServiceClient<Wire> {
    UserServiceClient::new(t.channel(&product()))
}

fn checks_of(t: &Trial) -> EntitlementServiceClient<Wire> {
    EntitlementServiceClient::new(t.channel(&product()))
}

async fn pay(t: &Trial, order: OrderContent) {
    t.hear(&order.order_id.clone(), OrderPaid { order: Some(order) }).await;
}

fn id() -> String {
    Uuid::now_v7().to_string()
}

fn date(text: &str) -> Option<g::Date> {
    contract::date(Day::parse(text).unwrap())
}

fn option(item: &str, quantity: i64) -> OptionQuantity {
    OptionQuantity { item: item.into(), quantity }
}

/// The stable reason of a refusal.
fn reason(no: &Status) -> String {
    no.get_details_error_info().map(|info| info.reason).unwrap_or_else(|| panic!("no reason in {no:?}"))
}

fn detail(no: &Status, name: &str) -> String {
    no.get_details_error_info().unwrap().metadata[name].clone()
}
