//! Billing: what is sold at which price, who ordered it, what is owed and what was paid. README.md says which rule lives where.

pub mod allowance;
pub mod catalogue;
pub mod company;
pub mod consent;
pub mod contact;
pub mod deposit;
pub mod every;
mod json;
pub mod lot;
pub mod membership;
mod migrations;
pub mod order;
pub mod payout;
pub mod policy;
pub mod price;
pub mod price_lock;
pub mod purchase;
pub mod quote;
mod reference;
pub mod registered_account;
mod rpc;
pub mod selection;
pub mod settings;
pub mod trail;
pub mod when;

use std::sync::Arc;

use boot::{Kit, Service, Wired};
use contract::billing::v1::{
    catalogue_service_server::CatalogueServiceServer, consent_service_server::ConsentServiceServer,
    deposit_service_server::DepositServiceServer, order_service_server::OrderServiceServer,
    payout_service_server::PayoutServiceServer, policy_service_server::PolicyServiceServer,
    price_service_server::PriceServiceServer, purchase_service_server::PurchaseServiceServer,
    quote_service_server::QuoteServiceServer, registered_account_service_server::RegisteredAccountServiceServer,
};
use flow::Every;
use sea_orm_migration::MigrationTrait;

use crate::{catalogue::Catalogues, policy::Defaults, quote::pdf::Printer, settings::Settings};

/// The service.
pub struct Billing;

impl Service for Billing {
    const NAME: &'static str = "billing";
    const DEFAULTS: &'static str = include_str!("../billing.default.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations::all()
    }

    fn wire(kit: &Kit, settings: Settings) -> anyhow::Result<Wired> {
        let flow = kit
            .flow()
            .with(Arc::new(Catalogues::shipped()?))
            .with(Arc::new(Defaults::shipped()?))
            .with(Arc::new(Printer::new(&settings.font_folders)))
            .with(Arc::new(settings));
        let rpc = rpc::Rpc::new(flow.clone());
        Ok(Wired::new(&flow)
            .grpc(CatalogueServiceServer::new(rpc.clone()))
            .grpc(PriceServiceServer::new(rpc.clone()))
            .grpc(QuoteServiceServer::new(rpc.clone()))
            .grpc(OrderServiceServer::new(rpc.clone()))
            .grpc(DepositServiceServer::new(rpc.clone()))
            .grpc(ConsentServiceServer::new(rpc.clone()))
            .grpc(PurchaseServiceServer::new(rpc.clone()))
            .grpc(PayoutServiceServer::new(rpc.clone()))
            .grpc(PolicyServiceServer::new(rpc.clone()))
            .grpc(RegisteredAccountServiceServer::new(rpc))
            .when("company_changed", when::company_changed::when)
            .when("order_applied", when::order_applied::when)
            .when("membership_ended", when::membership_ended::when)
            .when("lot_funded", when::lot_funded::when)
            .when("lot_balance_changed", when::lot_balance_changed::when)
            .when("lot_closed", when::lot_closed::when)
            .when("lot_close_refused", when::lot_close_refused::when)
            .when("quote_created", when::quote_created::when)
            .every("hour_expire_unpaid_orders", Every::hours(1), every::hour_expire_unpaid_orders::every)
            .every("hour_expire_unpaid_purchases", Every::hours(1), every::hour_expire_unpaid_purchases::every))
    }
}
