//! Gift vouchers (VO-1 to VO-19): lots of value a company bought, sends of gifts out of them, gifts claimed, declined,
//! recalled and expired, and a ledger that accounts for every won.

pub mod amount;
pub mod every;
pub mod gift;
pub mod gift_code;
pub mod image;
pub mod late_send;
pub mod ledger;
pub mod lot;
pub mod message;
pub mod migrations;
pub mod phone_proof;
pub mod policy;
pub mod received_gift;
pub mod recipient;
pub mod rpc;
pub mod send;
pub mod settings;
pub mod settlement;
pub mod sheet;
pub mod sheet_upload;
pub mod sql;
pub mod throttle;
pub mod when;

use std::{path::PathBuf, sync::Arc};

use boot::{Kit, Service, Wired};
use contract::voucher::v1::{
    gift_service_server::GiftServiceServer, image_service_server::ImageServiceServer,
    late_send_service_server::LateSendServiceServer, lot_service_server::LotServiceServer,
    phone_proof_service_server::PhoneProofServiceServer, policy_service_server::PolicyServiceServer,
    received_gift_service_server::ReceivedGiftServiceServer, recipient_service_server::RecipientServiceServer,
    send_service_server::SendServiceServer, settlement_service_server::SettlementServiceServer,
    sheet_service_server::SheetServiceServer, sheet_upload_service_server::SheetUploadServiceServer,
};
use flow::Every;
use sea_orm_migration::MigrationTrait;

/// The service.
pub struct Voucher;

impl Service for Voucher {
    const NAME: &'static str = "voucher";
    const DEFAULTS: &'static str = include_str!("../voucher.default.toml");
    type Settings = settings::Settings;

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations::all()
    }

    fn wire(kit: &Kit, settings: settings::Settings) -> anyhow::Result<Wired> {
        let reader = reader(&settings)?;
        let flow = kit.flow().with(Arc::new(kit.keys())).with(Arc::new(settings));
        let rpc = rpc::Rpc::new(flow.clone(), reader);
        Ok(Wired::new(&flow)
            .grpc(ImageServiceServer::new(rpc.clone()))
            .grpc(LotServiceServer::new(rpc.clone()))
            .grpc(PolicyServiceServer::new(rpc.clone()))
            .grpc(SendServiceServer::new(rpc.clone()))
            .grpc(SettlementServiceServer::new(rpc.clone()))
            .grpc(SheetServiceServer::new(rpc.clone()))
            .grpc(SheetUploadServiceServer::new(rpc.clone()))
            .grpc(RecipientServiceServer::new(rpc.clone()))
            .grpc(GiftServiceServer::new(rpc.clone()))
            .grpc(PhoneProofServiceServer::new(rpc.clone()))
            .grpc(ReceivedGiftServiceServer::new(rpc.clone()))
            .grpc(LateSendServiceServer::new(rpc))
            .when("purchase_approved", when::purchase_approved::when)
            .when("purchase_refund_requested", when::purchase_refund_requested::when)
            .when("messages_reported", when::messages_reported::when)
            .worker("second_dispatch_due_sends", Every::seconds(1), every::second_dispatch_due_sends::work)
            .every("day_forget_images", Every::day(), every::day_forget_images::every)
            .every("day_forget_sheets", Every::day(), every::day_forget_sheets::every)
            .every("day_expire_lots", Every::day(), every::day_expire_lots::every)
            .every("hour_forget_uploads", Every::hours(1), every::hour_forget_uploads::every)
            .every("hour_notice_lots", Every::hours(1), every::hour_notice_lots::every)
            .every("hour_remind_recipients", Every::hours(1), every::hour_remind_recipients::every)
            .every("hour_sweep", Every::hours(1), every::hour_sweep::every)
            .every("minute_judge_sends", Every::minutes(1), every::minute_judge_sends::every)
            .every("second_tell_lot_balances", Every::seconds(5), every::second_tell_lot_balances::every))
    }
}

/// VO-4: by default this very program reads sheets, started anew as `parse-sheet`.
fn reader(settings: &settings::Settings) -> anyhow::Result<sheet::parse::Reader> {
    let program = match settings.sheet_program.as_str() {
        "" => std::env::current_exe()?,
        program => PathBuf::from(program),
    };
    Ok(sheet::parse::Reader { program, memory_mib: settings.sheet_memory_mib, seconds: settings.sheet_seconds })
}
