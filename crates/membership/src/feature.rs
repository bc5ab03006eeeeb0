//! Feature switches (ME-9): accounting can be switched off, its menus vanish, and on again; every turn is kept, the
//! newest counts, and no price changes.

pub mod switch;
pub mod table;
pub mod views;

use flow::Instant;
use serde::{Deserialize, Serialize};
use words::SiteId;

use crate::entitlement::FeatureKey;

/// One turn of a switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// In time's order.
    pub id: uuid::Uuid,
    /// Where.
    pub site: SiteId,
    /// Which.
    pub feature: FeatureKey,
    /// Which way.
    pub on: bool,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}
