//! What a verb works with: one transaction, one `now`, the caller, and the only way to announce a fact.

use std::{
    fmt::Display,
    sync::{Arc, Mutex},
};

use contract::Fact;
use sea_orm::{DatabaseTransaction, DbBackend};
use uuid::{ContextV7, Timestamp, Uuid};
use words::{Day, Sealer};

use crate::{Caller, Engine, Event, Flow, Instant, Stop, Verb};

/// An open transaction.
pub struct Tx {
    flow: Flow,
    conn: DatabaseTransaction,
    now: Instant,
    caller: Caller,
    pub(crate) told: Vec<Event>,
}

impl Tx {
    pub(crate) async fn begin(flow: &Flow, caller: Caller) -> Result<Self, Stop> {
        let conn = flow.db().begin().await?;
        Ok(Self { now: flow.clock().now(), flow: flow.clone(), conn, caller, told: Vec::new() })
    }

    /// Now: read once, when the transaction began.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The Seoul day of [`Tx::now`].
    pub fn today(&self) -> Day {
        Day::of(self.now)
    }

    /// Who asked.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Where `table.rs` reads and writes.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.conn
    }

    /// Which engine, for the few statements that have a faster form on one.
    pub fn engine(&self) -> Engine {
        self.flow.db().engine()
    }

    /// A new id, in the order of time.
    pub fn id<T: From<Uuid>>(&self) -> T {
        T::from(new_id(self.now))
    }

    /// Seals what must not lie open in the database or an event.
    pub fn sealer(&self) -> &Sealer {
        self.flow.sealer()
    }

    /// A part given to the flow when it was wired: catalogue, settings.
    pub fn part<T: Send + Sync + 'static>(&self) -> Arc<T> {
        self.flow.part()
    }

    /// Tells the others, if and only if this transaction commits.
    pub fn announce<F: Fact>(&mut self, subject: impl Display, version: i64, fact: F) {
        self.told.push(Event {
            id: new_id(self.now),
            kind: F::event_type(),
            source: self.flow.service().to_owned(),
            subject: subject.to_string(),
            version,
            time: self.now,
            trace: crate::trace::current_trace(),
            payload: fact.encode_to_vec(),
        });
    }

    /// Another verb, in this same transaction. Its `permit` is not asked: this verb's was.
    pub async fn perform<V: Verb>(&mut self, verb: &V) -> Result<V::Answer, Stop> {
        Box::pin(verb.perform(self)).await
    }

    pub(crate) fn flow(&self) -> &Flow {
        &self.flow
    }

    pub(crate) fn backend(&self) -> DbBackend {
        use sea_orm::ConnectionTrait as _;
        self.conn.get_database_backend()
    }

    pub(crate) async fn commit(self) -> Result<(), Stop> {
        self.conn.commit().await.map_err(Stop::from)
    }

    pub(crate) async fn rollback(self) {
        if let Err(error) = self.conn.rollback().await {
            tracing::debug!(%error, "rollback failed; the connection is given up");
        }
    }
}

/// UUIDv7 of the given moment, growing within it.
pub(crate) fn new_id(now: Instant) -> Uuid {
    static ORDER: Mutex<ContextV7> = Mutex::new(ContextV7::new());
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(&ORDER, seconds, now.timestamp_subsec_nanos()))
}
