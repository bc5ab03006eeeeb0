//! Identity: who may sign in, for which company, and what they may do there.
//!
//! A noun is a folder, a verb a file: `AcceptInvitation` is `invitation/accept.rs`. The rules and their files stand in the
//! README.

mod account;
mod ask;
mod audit;
mod company;
mod consent;
mod document;
mod every;
mod invitation;
mod limits;
mod migrations;
mod operator;
mod outside;
mod password;
mod product_link;
mod rpc;
mod service_client;
mod session;
mod settings;
mod verification;
mod when;

use std::sync::Arc;

use contract::identity::v1::{
    account_service_server::AccountServiceServer, audit_service_server::AuditServiceServer,
    company_service_server::CompanyServiceServer, consent_service_server::ConsentServiceServer,
    document_service_server::DocumentServiceServer, invitation_service_server::InvitationServiceServer,
    operator_service_server::OperatorServiceServer, product_link_service_server::ProductLinkServiceServer,
    service_client_service_server::ServiceClientServiceServer, session_service_server::SessionServiceServer,
    verification_service_server::VerificationServiceServer,
};
use flow::Every;
use sea_orm_migration::MigrationTrait;

pub use settings::{RegistryKind, Settings};

/// The service.
pub struct Identity;

impl boot::Service for Identity {
    const NAME: &'static str = "identity";
    const DEFAULTS: &'static str = include_str!("../identity.default.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations::all()
    }

    fn wire(kit: &boot::Kit, settings: Settings) -> anyhow::Result<boot::Wired> {
        settings.check(kit.developer())?;
        let flow = kit
            .flow()
            .with(Arc::new(outside::registry::Registry::of(&settings.registry)?))
            .with(Arc::new(password::Passwords::new()?))
            .with(Arc::new(consent::Documents::shipped()?))
            .with(Arc::new(rpc::Files(kit.files()?)))
            .with(Arc::new(kit.keys()))
            .with(Arc::new(kit.signer()))
            .with(Arc::new(settings));
        let rpc = rpc::Rpc::new(flow.clone());
        Ok(boot::Wired::new(&flow)
            .grpc(AccountServiceServer::new(rpc.clone()))
            .grpc(AuditServiceServer::new(rpc.clone()))
            .grpc(CompanyServiceServer::new(rpc.clone()))
            .grpc(ConsentServiceServer::new(rpc.clone()))
            .grpc(DocumentServiceServer::new(rpc.clone()))
            .grpc(InvitationServiceServer::new(rpc.clone()))
            .grpc(OperatorServiceServer::new(rpc.clone()))
            .grpc(ProductLinkServiceServer::new(rpc.clone()))
            .grpc(ServiceClientServiceServer::new(rpc.clone()))
            .grpc(SessionServiceServer::new(rpc.clone()))
            .grpc(VerificationServiceServer::new(rpc))
            .when("admin_notice_requested", when::admin_notice_requested::when)
            .when("data_exported", when::data_exported::when)
            .when("order_fulfilled", when::order_fulfilled::when)
            .when("lot_funded", when::lot_funded::when)
            .when("site_opened", when::site_opened::when)
            .every("day_sweep", Every::day(), every::day_sweep::every)
            .worker("hour_sweep_documents", Every::hours(1), every::hour_sweep_documents::every)
            .worker("minute_verify_companies", Every::minutes(1), every::minute_verify_companies::every)
            .at_start(operator::bootstrap::at_start(flow)))
    }
}
