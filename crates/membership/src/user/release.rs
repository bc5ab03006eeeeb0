//! Releases a user's seat (ME-7); where there is none, nothing happens. Always allowed, also when the membership is over.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::SiteId;

use super::{Seats, UserKey, product_or_manager, table};
use crate::membership;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseUser {
    /// Where.
    pub site: SiteId,
    /// Who.
    pub user: UserKey,
}

/// What is used now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Released {
    /// Where.
    pub site: SiteId,
    /// False if there was no seat.
    pub released: bool,
    /// The site's seats.
    pub seats: Seats,
}

impl Verb for ReleaseUser {
    const NAME: &'static str = "ReleaseUser";
    type Answer = Released;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        product_or_manager(caller)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Released, Stop> {
        let mut membership = membership::table::lock(tx, self.site).await?;
        let released = table::delete(tx, self.site, &self.user).await?;
        if released {
            membership::table::seat(tx, &mut membership, -1).await?;
        }
        Ok(Released { site: self.site, released, seats: Seats::of(&membership) })
    }
}
