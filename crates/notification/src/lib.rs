//! Notification: takes over what other services want said, sends it by mail or text, and tells them what became of it.

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
    delivery_service_server::DeliveryServiceServer, mailbox_service_server::MailboxServiceServer,
    message_service_server::MessageServiceServer,
};
use every::second_hand_over as hand_over;
use flow::Every;
use sea_orm_migration::MigrationTrait;

pub use channel::{Channel, Medium};
pub use settings::Settings;

/// The service.
pub struct Notification;

/// A one-time code is waited for.
const SOON: Every = Every::millis(200);
/// The rest.
const SECOND: Every = Every::seconds(1);

impl Service for Notification {
    const NAME: &'static str = "notification";
    const DEFAULTS: &'static str = include_str!("../notification.default.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations::all()
    }

    fn wire(kit: &Kit, settings: Settings) -> anyhow::Result<Wired> {
        let flow = kit
            .flow()
            .with(Arc::new(settings.ports(kit)?))
            .with(Arc::new(pace::Pace::new(settings.mail_per_second, settings.text_per_second)))
            .with(Arc::new(delivery::CarrierKey::new(settings.carrier.secret.expose())));
        let rpc = rpc::Rpc::new(flow.clone());
        Ok(Wired::new(&flow)
            .grpc(MessageServiceServer::new(rpc.clone()))
            .grpc(MailboxServiceServer::new(rpc.clone()))
            .grpc(DeliveryServiceServer::new(rpc))
            .when("picture_offered", when::picture_offered::when)
            .when("messages_requested", when::messages_requested::when)
            .every("day_forget_pictures", Every::day(), every::day_forget_pictures::every)
            .worker("second_hand_over.urgent_texts", SOON, hand_over::urgent_texts)
            .worker("second_hand_over.urgent_mails", SOON, hand_over::urgent_mails)
            .worker("second_hand_over.texts", SECOND, hand_over::texts)
            .worker("second_hand_over.mails", SECOND, hand_over::mails))
    }
}
