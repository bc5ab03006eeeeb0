//! Many events, one transaction: while one is under way the next ones gather and then share the next transaction, each
//! with its row in the inbox, so that a flood costs a commit for some dozens and a single event waits for nobody. If
//! anything goes wrong in a shared one it is rolled back, and each of its events is applied by itself as if alone.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny};
use tokio::sync::{Semaphore, oneshot};
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use crate::{
    Caller, Engine, Flow, Stop, Tx, Verb, outbox,
    refusal::Fault,
    requests::{self, Key},
};

/// Events in one transaction.
const MOST: usize = 50;
/// Bytes of their facts; what is larger goes alone, since its verb writes much.
const MOST_BYTES: usize = 64 * 1024;
/// Transactions at once: fewer than the database has connections. Of shared ones there is one at a time, so that no two
/// wait for each other's rows.
const AT_ONCE: usize = 8;
/// Events remembered as failed.
const MOST_SUSPECTS: usize = 1_000;
/// A shared transaction does not wait longer for a row somebody holds: the others have nothing to do with it.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '200ms'";

/// A verb that an event led to, of whatever type.
#[async_trait::async_trait]
pub(crate) trait Led: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn digest(&self, flow: &Flow) -> Result<[u8; 32], Fault>;
    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop>;
    async fn alone(self: Arc<Self>, flow: &Flow, key: Key) -> Result<(), Stop>;
}

#[async_trait::async_trait]
impl<V: Verb> Led for V {
    fn name(&self) -> &'static str {
        V::NAME
    }

    fn digest(&self, flow: &Flow) -> Result<[u8; 32], Fault> {
        flow.digest(self)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        Verb::perform(self, tx).await.map(drop)
    }

    async fn alone(self: Arc<Self>, flow: &Flow, key: Key) -> Result<(), Stop> {
        flow.run_keyed(key, Unasked(self)).await.map(drop)
    }
}

/// A verb whose answer nobody asks for.
struct Unasked<V>(Arc<V>);

/// Instead of it. Reads as whatever was kept.
#[derive(Serialize)]
struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}

impl<V: Verb> Serialize for Unasked<V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<V: Verb> Verb for Unasked<V> {
    const NAME: &'static str = V::NAME;
    type Answer = Nothing;

    async fn perform(&self, tx: &mut Tx) -> Result<Nothing, Stop> {
        Verb::perform(self.0.as_ref(), tx).await.map(|_| Nothing)
    }
}

/// An event's verb, and who waits for it.
struct Waiting {
    key: Key,
    verb: Arc<dyn Led>,
    bytes: usize,
    span: Span,
    done: oneshot::Sender<Result<(), Stop>>,
}

/// See the module.
pub(crate) struct Together {
    flow: Flow,
    waiting: Mutex<VecDeque<Waiting>>,
    /// Whoever has it takes what waits; kept for as long as a shared transaction is under way.
    turn: tokio::sync::Mutex<()>,
    at_once: Semaphore,
    /// Failed when tried last: not to fail those they would share with, they go alone.
    suspects: Mutex<HashSet<Uuid>>,
}

impl Together {
    pub fn new(flow: Flow) -> Arc<Self> {
        Arc::new(Self {
            flow,
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            at_once: Semaphore::new(AT_ONCE),
            suspects: Mutex::default(),
        })
    }

    /// Performs it, once per key; with others that wait at the same time, if it is small.
    pub async fn apply(self: &Arc<Self>, key: Key, verb: Arc<dyn Led>, bytes: usize) -> Result<(), Stop> {
        let (done, outcome) = oneshot::channel();
        let waiting = Waiting { verb, bytes, span: Span::current(), done, key };
        if bytes > MOST_BYTES || lock(&self.suspects).contains(&waiting.key.id) {
            let _permit = self.at_once.acquire().await;
            self.alone(waiting).await;
        } else {
            lock(&self.waiting).push_back(waiting);
            // In a task of its own: whoever waits may go away, the others' transaction goes on.
            tokio::spawn(self.clone().take_turn());
        }
        outcome.await.unwrap_or_else(|_| Err(Fault::bug(anyhow::anyhow!("an event's transaction panicked")).into()))
    }

    async fn take_turn(self: Arc<Self>) {
        let turn = self.turn.lock().await;
        let permit = self.at_once.acquire().await;
        let mut events = self.next();
        if events.len() > 1 {
            events = self.share(events).await;
        }
        drop(turn);
        if events.len() > 1 {
            drop(permit);
            let each = events.into_iter().map(|event| async {
                let _permit = self.at_once.acquire().await;
                self.alone(event).await;
            });
            futures::future::join_all(each).await;
        } else if let Some(event) = events.pop() {
            self.alone(event).await;
        }
    }

    /// As many of those that wait as share a transaction.
    fn next(&self) -> Vec<Waiting> {
        let mut waiting = lock(&self.waiting);
        let (mut events, mut bytes) = (Vec::new(), 0);
        while let Some(event) = waiting.pop_front_if(|e| events.len() < MOST && bytes + e.bytes <= MOST_BYTES) {
            bytes += event.bytes;
            events.push(event);
        }
        events
    }

    async fn alone(&self, event: Waiting) {
        let Waiting { key, verb, span, done, .. } = event;
        let id = key.id;
        let outcome = verb.alone(&self.flow, key).instrument(span).await;
        let mut suspects = lock(&self.suspects);
        match &outcome {
            Ok(()) => drop(suspects.remove(&id)),
            Err(Stop::Fault(fault)) if fault.is_away() => {}
            Err(_) => {
                if suspects.len() == MOST_SUSPECTS {
                    suspects.clear();
                }
                suspects.insert(id);
            }
        }
        drop(suspects);
        let _ = done.send(outcome);
    }

    /// In one transaction; answers those that are left to be done alone.
    async fn share(&self, events: Vec<Waiting>) -> Vec<Waiting> {
        let flow = self.flow.clone();
        let shared: Vec<_> = events.iter().map(|e| (e.key.clone(), e.verb.clone(), e.span.clone())).collect();
        let outcome = tokio::spawn(async move { once(&flow, &shared).await }).await;
        let mut left = Vec::new();
        match outcome {
            Ok(Ok(mut fresh)) => {
                for event in events {
                    if fresh.remove(&event.key) {
                        let _ = event.done.send(Ok(()));
                    } else {
                        left.push(event);
                    }
                }
            }
            Ok(Err(Stop::Fault(fault))) if fault.is_away() => {
                for event in events {
                    let _ = event.done.send(Err(fault.again().into()));
                }
            }
            Ok(Err(stop)) => {
                tracing::debug!(%stop, events = events.len(), "each alone");
                left = events;
            }
            Err(panic) => {
                tracing::debug!(%panic, "each alone");
                left = events;
            }
        }
        left
    }
}

/// Claims all ids, performs those that are new, and answers which they are.
async fn once(flow: &Flow, events: &[(Key, Arc<dyn Led>, Span)]) -> Result<HashSet<Key>, Stop> {
    let mut tx = Tx::begin(flow, Caller::dure()).await?;
    let done = async {
        if tx.engine() == Engine::Postgres {
            tx.conn().execute_unprepared(LOCK_TIMEOUT).await?;
        }
        let answer = serde_json::to_vec(&Nothing).map_err(Fault::bug)?;
        let mut claims = Vec::with_capacity(events.len());
        for (key, verb, _) in events {
            claims.push((key, verb.name(), verb.digest(flow)?, flow.sealer().seal("answer", &answer)));
        }
        let fresh = requests::claim_all(&tx, claims).await?;
        let mut todo = fresh.clone();
        for (key, verb, span) in events {
            if todo.remove(key) {
                verb.perform(&mut tx).instrument(span.clone()).await?;
            }
        }
        Ok((fresh, outbox::put(&mut tx).await? > 0))
    };
    match done.await {
        Ok((fresh, facts)) => {
            tx.commit().await?;
            if facts {
                flow.committed().notify_one();
            }
            Ok(fresh)
        }
        Err(stop) => {
            tx.rollback().await;
            Err(stop)
        }
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
