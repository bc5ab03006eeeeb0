//! The gRPC clients, one connection to each service, which comes back by itself.

use contract::{
    billing::v1::{
        order_service_client::OrderServiceClient, policy_service_client::PolicyServiceClient,
        purchase_service_client::PurchaseServiceClient,
    },
    developer::v1::clock_service_client::ClockServiceClient,
    identity::v1::audit_service_client::AuditServiceClient,
    membership::v1::entitlement_service_client::EntitlementServiceClient,
    voucher::v1::{
        gift_service_client::GiftServiceClient, lot_service_client::LotServiceClient,
        recipient_service_client::RecipientServiceClient, send_service_client::SendServiceClient,
    },
};
use story::fleet::Fleet;
use tonic::transport::{Channel, Endpoint};

/// See the module.
#[derive(Clone)]
pub struct Calls {
    identity: Channel,
    billing: Channel,
    membership: Channel,
    voucher: Channel,
    notification: Channel,
}

impl Calls {
    /// To the services of a fleet.
    pub fn of(fleet: &Fleet) -> anyhow::Result<Self> {
        Self::through(|service| Ok(fleet.setting(service, "DURE__LISTEN__GRPC")?.to_owned()))
    }

    /// To wherever the services can be reached.
    pub fn through(address: impl Fn(&str) -> anyhow::Result<String>) -> anyhow::Result<Self> {
        let to = |service| anyhow::Ok(endpoint(&address(service)?)?.connect_lazy());
        Ok(Self {
            identity: to("identity")?,
            billing: to("billing")?,
            membership: to("membership")?,
            voucher: to("voucher")?,
            notification: to("notification")?,
        })
    }

    /// The connection to a service.
    pub fn channel(&self, service: &str) -> Channel {
        match service {
            "identity" => self.identity.clone(),
            "billing" => self.billing.clone(),
            "membership" => self.membership.clone(),
            "voucher" => self.voucher.clone(),
            _ => self.notification.clone(),
        }
    }

    /// Orders.
    pub fn orders(&self) -> OrderServiceClient<Channel> {
        OrderServiceClient::new(self.billing.clone())
    }

    /// Purchases.
    pub fn purchases(&self) -> PurchaseServiceClient<Channel> {
        PurchaseServiceClient::new(self.billing.clone())
    }

    /// How much a company may buy.
    pub fn policies(&self) -> PolicyServiceClient<Channel> {
        PolicyServiceClient::new(self.billing.clone())
    }

    /// Sends.
    pub fn sends(&self) -> SendServiceClient<Channel> {
        SendServiceClient::new(self.voucher.clone())
    }

    /// Their recipients.
    pub fn recipients(&self) -> RecipientServiceClient<Channel> {
        RecipientServiceClient::new(self.voucher.clone())
    }

    /// Gifts.
    pub fn gifts(&self) -> GiftServiceClient<Channel> {
        GiftServiceClient::new(self.voucher.clone())
    }

    /// Lots.
    pub fn lots(&self) -> LotServiceClient<Channel> {
        LotServiceClient::new(self.voucher.clone())
    }

    /// The audit trail.
    pub fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.identity.clone())
    }

    /// Entitlements.
    pub fn entitlements(&self) -> EntitlementServiceClient<Channel> {
        EntitlementServiceClient::new(self.membership.clone())
    }

    /// A service's clock.
    pub fn clock(&self, service: &str) -> ClockServiceClient<Channel> {
        ClockServiceClient::new(self.channel(service))
    }
}

/// Where a service listens.
pub fn endpoint(address: &str) -> anyhow::Result<Endpoint> {
    Ok(Endpoint::from_shared(format!("http://{address}"))?.connect_timeout(std::time::Duration::from_secs(2)))
}
