//! Reads, which nobody may be refused because of a fault: asked until they are answered, written into no history.

use contract::{billing::v1::GetOrderRequest, membership::v1::CheckEntitlementRequest, voucher::v1::ListLotsRequest};
use tonic::Status;

use crate::{drive::signed, stage::World};

/// The lots of a company.
pub async fn lots(world: &World, firm: usize) -> Result<(), Status> {
    let token = world.boss(firm).token().await;
    world.calls.lots().list_lots(signed(ListLotsRequest::default(), token.as_deref())).await.map(drop)
}

/// An order.
pub async fn order(world: &World, firm: usize, order: &str) -> Result<(), Status> {
    let token = world.boss(firm).token().await;
    let message = GetOrderRequest { order_id: order.to_owned() };
    world.calls.orders().get_order(signed(message, token.as_deref())).await.map(drop)
}

/// Whether a site may use the product.
pub async fn entitlement(world: &World, firm: usize, site: &str) -> Result<(), Status> {
    let token = world.boss(firm).token().await;
    let message = CheckEntitlementRequest {
        site_id: site.to_owned(),
        feature: "groupware".into(),
        amount: 1,
        ..CheckEntitlementRequest::default()
    };
    world.calls.entitlements().check_entitlement(signed(message, token.as_deref())).await.map(drop)
}
