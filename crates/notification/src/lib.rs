//! Notification: takes over what other services want said, sends it by mail or text, and tells them what became of it.

pub mod bounce;
mod channel;
pub mod delivery;
pub mod mailbox;
pub mod message;
mod migrations;
pub mod outside;
mod pace;
pub mod picture;
mod rpc;
pub mod settings;
mod signature;
mod template;

mod every {
    pub mod day_forget_pictures;
    pub mod second_hand_over;
}
mod when {
    pub mod messages_requested;
    pub mod picture_offered;
}

use std::sync::Arc;

use boot::{Kit, Service, Wired};
use contract::notification::v1::{
    bounce_service_server::BounceServiceServer, delivery_service_server::DeliveryServiceServer,
    mailbox_service_server::MailboxServiceServer, message_service_server::MessageServiceServer,
};
use every::second_hand_over as hand_over;
use flow::Every;
use sea_orm_migration::MigrationTrait;

pub use channel::{Channel, Medium};
pub use settings::Settings;
pub use signature::SharedKey;

/// The service.
pub struct Notification;

/// A one-time code is waited for.
const SOON: Every = Every::millis(200);
/// The rest.
const HALF_A_SECOND: Every = Every::millis(500);

impl Service for Notification {
    const NAME: &'static str = "notification";
    const DEFAULTS: &'static str = include_str!("../notification.default.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations::all()
    }

    fn wire(kit: &Kit, settings: Settings) -> anyhow::Result<Wired> {
        let shared = |secret: &words::Secret<String>| SharedKey::new(secret.expose());
        let flow = kit
            .flow()
            .with(Arc::new(settings.ports(kit)?))
            .with(Arc::new(settings.pace()))
            .with(Arc::new(delivery::CarrierKey(shared(&settings.carrier.secret))))
            .with(Arc::new(bounce::MailKey(shared(&settings.smtp.bounce_secret))));
        let rpc = rpc::Rpc::new(flow.clone());
        let mut wired = Wired::new(&flow)
            .grpc(MessageServiceServer::new(rpc.clone()))
            .grpc(MailboxServiceServer::new(rpc.clone()))
            .grpc(DeliveryServiceServer::new(rpc.clone()))
            .grpc(BounceServiceServer::new(rpc))
            .when("picture_offered", when::picture_offered::when)
            .when("messages_requested", when::messages_requested::when)
            .every("day_forget_pictures", Every::day(), every::day_forget_pictures::every)
            .worker("second_hand_over.urgent_texts", SOON, hand_over::urgent_texts)
            .worker("second_hand_over.urgent_mails", SOON, hand_over::urgent_mails)
            .worker("second_hand_over.mails", HALF_A_SECOND, hand_over::mails);
        // A call that takes long does not hold up the next one.
        for _ in 0..settings.carrier.calls_at_once {
            wired = wired.worker("second_hand_over.texts", HALF_A_SECOND, hand_over::texts);
        }
        Ok(wired)
    }
}
