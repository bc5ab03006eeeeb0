//! A healed world: everything is given its turn until nothing is left to do.

use super::{Act, World, Wrong};
use crate::check;

/// Rounds of everything within which a healed world must come to rest.
const PATIENCE: usize = 100;

impl World {
    /// Until nothing is left to do.
    pub(super) fn rest(&mut self) -> Result<(), Wrong> {
        for _ in 0..PATIENCE {
            for s in 0..self.sites.len() {
                if self.sites[s].life.is_none() {
                    self.act(Act::Begin(s))?;
                }
                while !self.sites[s].work.is_empty() {
                    let open = self.sites[s].work.iter().position(|w| w.open);
                    self.act(Act::GoOn(s, open.unwrap_or_default()))?;
                }
                if self.sites[s].stirred {
                    self.act(Act::Relay(s))?;
                }
                for lane in self.broker.lanes(self.sites[s].name) {
                    self.act(Act::Deliver(s, lane))?;
                }
            }
            for r in 0..self.requests.len() {
                if self.requests[r].wanted {
                    self.act(Act::Ask(r))?;
                }
            }
            let mut sites = 0..self.sites.len();
            let idle = !self.requests.iter().any(|request| request.wanted);
            if idle && sites.all(|s| self.broker.lanes(self.sites[s].name).is_empty() && check::unsent(self, s) == 0) {
                return Ok(());
            }
        }
        Err("it does not come to rest".into())
    }
}
