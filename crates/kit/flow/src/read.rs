//! What a view works with: a read connection, one `now`, and the caller it must stay within.

use std::sync::Arc;

use sea_orm::DatabaseConnection;
use words::{Day, Sealer};

use crate::{Caller, Flow, Instant};

/// A read under way.
#[derive(Clone)]
pub struct Read {
    flow: Flow,
    caller: Caller,
    now: Instant,
}

impl Read {
    /// For a caller.
    pub fn new(flow: &Flow, caller: Caller) -> Self {
        Self { now: flow.clock().now(), flow: flow.clone(), caller }
    }

    /// Where to read.
    pub fn conn(&self) -> &DatabaseConnection {
        self.flow.db().read()
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Now: read once.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The Seoul day of now.
    pub fn today(&self) -> Day {
        Day::of(self.now)
    }

    /// Opens what is sealed.
    pub fn sealer(&self) -> &Sealer {
        self.flow.sealer()
    }

    /// A part given to the flow.
    pub fn part<T: Send + Sync + 'static>(&self) -> Arc<T> {
        self.flow.part()
    }

    /// The flow itself.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }
}
