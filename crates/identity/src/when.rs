//! What identity does about the facts of others: fact → verb, a file each.

pub mod admin_notice_requested;
pub mod data_exported;
pub mod lot_funded;
pub mod order_fulfilled;
pub mod site_opened;
