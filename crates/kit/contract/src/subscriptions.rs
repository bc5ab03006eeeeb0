//! Which service subscribes to which fact: the one table, from which publishers and consumers alike declare the topology.

use crate::{EventType, Fact, billing, identity, membership, notification, voucher};

/// Fact → the services that react to it (`crates/<service>/src/when/<fact>.rs`).
pub fn subscriptions() -> Vec<(EventType, &'static [&'static str])> {
    vec![
        (identity::v1::AdminNoticeRequested::event_type(), &["identity"]),
        (identity::v1::DataExported::event_type(), &["identity"]),
        (identity::v1::CompanyChanged::event_type(), &["billing"]),
        (billing::v1::QuoteCreated::event_type(), &["billing"]),
        (billing::v1::OrderPaid::event_type(), &["membership"]),
        (billing::v1::OrderFulfilled::event_type(), &["identity"]),
        (billing::v1::PurchaseApproved::event_type(), &["voucher"]),
        (billing::v1::PurchaseRefundRequested::event_type(), &["voucher"]),
        (membership::v1::OrderApplied::event_type(), &["billing"]),
        (membership::v1::MembershipEnded::event_type(), &["billing"]),
        (membership::v1::SiteOpened::event_type(), &["identity"]),
        (voucher::v1::LotFunded::event_type(), &["billing", "identity"]),
        (voucher::v1::LotBalanceChanged::event_type(), &["billing"]),
        (voucher::v1::LotClosed::event_type(), &["billing"]),
        (voucher::v1::LotCloseRefused::event_type(), &["billing"]),
        (notification::v1::PictureOffered::event_type(), &["notification"]),
        (notification::v1::MessagesRequested::event_type(), &["notification"]),
        (notification::v1::MessagesReported::event_type(), &["voucher"]),
    ]
}

/// The services that subscribe to a fact.
pub fn subscribers(kind: &EventType) -> impl Iterator<Item = &'static str> {
    let found = subscriptions().into_iter().find(|(k, _)| k == kind);
    found.map(|(_, services)| services).unwrap_or_default().iter().copied()
}

/// The facts a service subscribes to.
pub fn subscribed_by(service: &str) -> Vec<EventType> {
    subscriptions().into_iter().filter(|(_, services)| services.contains(&service)).map(|(kind, _)| kind).collect()
}
