//! Reads a snapshot. The membership with its revision comes first: what is read after it may be newer, never older, and
//! whatever is newer bears a greater revision that a cache then sees.

use std::collections::BTreeSet;

use flow::{Instant, Stop};
use sea_orm::ConnectionTrait;
use words::{Day, SiteId};

use super::{Snapshot, decide::next_month};
use crate::{
    feature, hold,
    membership::{self, Membership},
    quota, usage, user,
};

/// A site's snapshot, if there is such a site.
pub async fn load(db: &impl ConnectionTrait, site: SiteId, now: Instant) -> Result<Option<Snapshot>, Stop> {
    let Some(membership) = membership::table::find(db, site).await? else { return Ok(None) };
    let users = user::table::all(db, site).await?;
    Ok(Some(Snapshot { users, ..of(db, membership, now).await? }))
}

/// The snapshot of a membership at hand, without the users: all that counting needs.
pub async fn of(db: &impl ConnectionTrait, membership: Membership, now: Instant) -> Result<Snapshot, Stop> {
    let (site, today) = (membership.site(), Day::of(now));
    Ok(Snapshot {
        users: BTreeSet::new(),
        used: quota::table::used(db, site, today, next_month(today)).await?,
        holds: hold::table::standing(db, site).await?,
        switches: feature::table::switches(db, site).await?,
        report: usage::table::newest(db, site).await?,
        membership,
    })
}
