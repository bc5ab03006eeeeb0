//! Membership: what a company's sites may use right now, how much of it they use, and until when.
//!
//! | noun | what it is |
//! | --- | --- |
//! | [`membership`] | the contract in force for a site, its history, its status |
//! | [`site`] | where the site is reached |
//! | [`user`] | who holds a seat |
//! | [`entitlement`] | may this site use this now? |
//! | [`quota`] | options with a count |
//! | [`hold`] | seats and quotas kept for a while |
//! | [`feature`] | switches |
//! | [`usage`] | what the product reports |

mod entitlement;
mod every;
mod feature;
mod hold;
mod membership;
mod migrations;
mod quota;
mod rpc;
mod settings;
mod site;
mod usage;
mod user;
mod when;

use std::sync::Arc;

use contract::membership::v1::{
    entitlement_service_server::EntitlementServiceServer, feature_service_server::FeatureServiceServer,
    hold_service_server::HoldServiceServer, membership_service_server::MembershipServiceServer,
    quota_service_server::QuotaServiceServer, site_service_server::SiteServiceServer,
    usage_service_server::UsageServiceServer, user_service_server::UserServiceServer,
};
use flow::Every;
use sea_orm_migration::MigrationTrait;

pub use settings::Settings;

/// The service.
pub struct Membership;

impl boot::Service for Membership {
    const NAME: &'static str = "membership";
    const DEFAULTS: &'static str = include_str!("../membership.default.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations::all()
    }

    fn wire(kit: &boot::Kit, settings: Settings) -> anyhow::Result<boot::Wired> {
        let flow = kit
            .flow()
            .with(Arc::new(settings))
            .with(Arc::new(entitlement::Features::shipped()?))
            .with(Arc::new(entitlement::cache::Cache::default()));
        let rpc = rpc::Rpc::new(flow.clone());
        Ok(boot::Wired::new(&flow)
            .grpc(SiteServiceServer::new(rpc.clone()))
            .grpc(MembershipServiceServer::new(rpc.clone()))
            .grpc(UserServiceServer::new(rpc.clone()))
            .grpc(EntitlementServiceServer::new(rpc.clone()))
            .grpc(QuotaServiceServer::new(rpc.clone()))
            .grpc(FeatureServiceServer::new(rpc.clone()))
            .grpc(HoldServiceServer::new(rpc.clone()))
            .grpc(UsageServiceServer::new(rpc))
            .when("order_paid", when::order_paid::when)
            .every("hour_turn_memberships", Every::hours(1), every::hour_turn_memberships::every)
            .every("minute_apply_waiting_orders", Every::minutes(1), every::minute_apply_waiting_orders::every)
            .worker("refresh_entitlements", Every::millis(entitlement::cache::POLL), entitlement::cache::refresh))
    }
}
