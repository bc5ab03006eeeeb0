//! Snapshots in memory (ME-8): correct within one second of a change on every replica. A snapshot is used only while it
//! was known to be the newest less than [`FRESH`] ago; a worker asks the database every [`POLL`] for the revisions of the
//! sites kept here and reads anew those that changed. When the database does not answer, nothing stale is served.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant as Moment},
};

use flow::{Done, Flow, Slot, Stop};
use words::SiteId;

use super::{Snapshot, table};
use crate::membership::{self, SITE_NOT_FOUND};

/// Younger than this is fresh: a second less the time a read may take.
pub const FRESH: Duration = Duration::from_millis(800);
/// How often revisions are asked for.
pub const POLL: i64 = 300;
/// A site nobody asked about for so long is forgotten.
const IDLE: Duration = Duration::from_secs(600);

/// The sites asked about lately.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<SiteId, Kept>>);

struct Kept {
    snapshot: Arc<Snapshot>,
    /// At this moment it was the newest.
    newest_at: Moment,
    asked_at: Moment,
}

impl Cache {
    /// The site's snapshot, from memory if that is fresh.
    pub async fn get(&self, flow: &Flow, site: SiteId) -> Result<Arc<Snapshot>, Stop> {
        match self.fresh(site) {
            Some(snapshot) => Ok(snapshot),
            // Boxed: what reading needs is large, and would be moved about with every answer from memory.
            None => Box::pin(self.load(flow, site)).await,
        }
    }

    /// The site's snapshot as the database has it now.
    pub async fn load(&self, flow: &Flow, site: SiteId) -> Result<Arc<Snapshot>, Stop> {
        let asked_at = Moment::now();
        let read = table::load(flow.db().read(), site, flow.clock().now()).await?;
        let snapshot = Arc::new(read.ok_or(SITE_NOT_FOUND)?);
        Ok(self.keep(site, snapshot, asked_at))
    }

    /// This site changed here: the next question reads it anew.
    pub fn forget(&self, site: SiteId) {
        self.sites().remove(&site);
    }

    fn sites(&self) -> std::sync::MutexGuard<'_, HashMap<SiteId, Kept>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn fresh(&self, site: SiteId) -> Option<Arc<Snapshot>> {
        let mut sites = self.sites();
        let kept = sites.get_mut(&site).filter(|kept| kept.newest_at.elapsed() < FRESH)?;
        kept.asked_at = Moment::now();
        Some(kept.snapshot.clone())
    }

    /// Keeps what was read, unless something newer came in between; answers the newer of the two.
    fn keep(&self, site: SiteId, snapshot: Arc<Snapshot>, newest_at: Moment) -> Arc<Snapshot> {
        let mut sites = self.sites();
        match sites.get_mut(&site) {
            Some(kept) if kept.snapshot.revision() > snapshot.revision() => kept.snapshot.clone(),
            Some(kept) => {
                kept.snapshot = snapshot.clone();
                kept.newest_at = kept.newest_at.max(newest_at);
                snapshot
            }
            None => {
                sites.insert(site, Kept { snapshot: snapshot.clone(), newest_at, asked_at: newest_at });
                snapshot
            }
        }
    }

    /// Asks for all revisions at once; what did not change is the newest as of now, the rest is read anew.
    async fn refresh(&self, flow: &Flow) -> Result<(), Stop> {
        let asked_at = Moment::now();
        let known: HashMap<SiteId, i64> = {
            let mut sites = self.sites();
            sites.retain(|_, kept| kept.asked_at.elapsed() < IDLE);
            sites.iter().map(|(site, kept)| (*site, kept.snapshot.revision())).collect()
        };
        let sites: Vec<_> = known.keys().copied().collect();
        for (site, revision) in membership::table::use_revisions(flow.db().read(), &sites).await? {
            if known.get(&site) != Some(&revision) {
                self.load(flow, site).await?;
            } else if let Some(kept) = self.sites().get_mut(&site).filter(|k| k.snapshot.revision() == revision) {
                kept.newest_at = kept.newest_at.max(asked_at);
            }
        }
        Ok(())
    }
}

/// The worker of every replica.
pub async fn refresh(flow: Flow, _: Slot) -> Result<Done, Stop> {
    flow.part::<Cache>().refresh(&flow).await?;
    Ok(Done::All)
}
