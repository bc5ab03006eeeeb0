//! The pipeline: permit → begin → claim the request id → perform → outbox → commit; on a conflict once more from the
//! start. It runs in a task of its own, so that a client that hangs up cannot stop a transaction half-way.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    future::Future,
    sync::Arc,
};

use contract::Requested;
use tokio::sync::Notify;
use tonic::{Request, Response, Status};
use uuid::Uuid;
use words::Sealer;

use crate::{
    Caller, Clock, Db, Fields, Point, Read, Refusal, Stop, Tx, Verb, Watch, Who, outbox,
    refusal::{BUSY, Fault, FaultKind},
    requests::{self, Claim, Key},
    sabotage,
};

/// What a service's verbs run on: its database, clock, keys and parts. Cheap to clone.
#[derive(Clone)]
pub struct Flow(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    service: &'static str,
    db: Db,
    clock: Clock,
    sealer: Sealer,
    parts: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    committed: Arc<Notify>,
    watch: Option<Arc<dyn Watch>>,
}

impl Flow {
    /// A flow of the named service.
    pub fn new(service: &'static str, db: Db, clock: Clock, sealer: Sealer) -> Self {
        let (parts, committed) = (HashMap::new(), Arc::default());
        Self(Arc::new(Inner { service, db, clock, sealer, parts, committed, watch: None }))
    }

    /// The same flow with one more part, which verbs get by `tx.part::<T>()`.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(self, part: Arc<T>) -> Self {
        let mut inner = Inner::clone(&self.0);
        inner.parts.insert(TypeId::of::<T>(), part);
        Self(Arc::new(inner))
    }

    /// The same flow under a simulation's eye.
    #[must_use]
    pub fn watched(self, watch: Arc<dyn Watch>) -> Self {
        Self(Arc::new(Inner { watch: Some(watch), ..Inner::clone(&self.0) }))
    }

    /// A step was taken.
    pub(crate) async fn at(&self, point: Point) {
        sabotage::crash(point.name());
        if let Some(watch) = &self.0.watch {
            watch.at(point).await;
        }
    }

    /// The service's name.
    pub fn service(&self) -> &'static str {
        self.0.service
    }

    /// Its database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The sealing keys.
    pub fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// Wakes the relay after a commit.
    pub(crate) fn committed(&self) -> &Notify {
        &self.0.committed
    }

    /// A part given by [`Flow::with`].
    ///
    /// # Panics
    /// When the service was wired without it: a mistake in its `lib.rs` that its first test shows.
    pub fn part<T: Send + Sync + 'static>(&self) -> Arc<T> {
        let part = self.0.parts.get(&TypeId::of::<T>()).cloned();
        part.and_then(|p| p.downcast().ok())
            .unwrap_or_else(|| panic!("{} was wired without {}", self.0.service, std::any::type_name::<T>()))
    }

    /// A write RPC: parse → verb → render.
    pub async fn write<M, V, R>(
        &self,
        request: Request<M>,
        parse: impl FnOnce(M) -> Result<V, Refusal>,
        render: impl FnOnce(V::Answer) -> R,
    ) -> Result<Response<R>, Status>
    where
        M: Requested,
        V: Verb,
    {
        let caller = caller_of(&request);
        let message = request.into_inner();
        let f = Fields::new();
        let (id,) = f.all((f.request_id(message.request_id()),))?;
        let verb = parse(message)?;
        let answer = self.run(caller, id, verb).await?;
        Ok(Response::new(render(answer)))
    }

    /// A read RPC.
    pub async fn read<M, R, F>(
        &self,
        request: Request<M>,
        view: impl FnOnce(Read, M) -> F,
    ) -> Result<Response<R>, Status>
    where
        F: Future<Output = Result<R, Stop>>,
    {
        let caller = caller_of(&request);
        let reply = view(Read::new(self, caller), request.into_inner()).await?;
        Ok(Response::new(reply))
    }

    /// A verb on behalf of a caller, once per request id.
    pub async fn run<V: Verb>(&self, caller: Caller, request_id: Uuid, verb: V) -> Result<V::Answer, Stop> {
        if caller.who != Who::Dure {
            verb.permit(&caller)?;
        }
        let key = Key { scope: caller.name(), id: request_id };
        self.spawned(caller, Some(key), verb).await
    }

    /// Whether this very request was done before: then running it answers as it did, although what precedes the verb (a
    /// password's check) no longer holds because of it.
    pub async fn was_done<V: Verb>(&self, caller: &Caller, request_id: Uuid, verb: &V) -> Result<bool, Stop> {
        let key = Key { scope: caller.name(), id: request_id };
        let digest = self.digest(verb)?;
        Ok(requests::look(self.db().read(), &key, V::NAME, &digest).await?.is_some())
    }

    pub(crate) fn digest<V: Verb>(&self, verb: &V) -> Result<[u8; 32], Fault> {
        Ok(self.sealer().digest(&serde_json::to_vec(verb).map_err(Fault::bug)?))
    }

    /// A verb that an event leads to, once per key.
    pub(crate) async fn run_keyed<V: Verb>(&self, key: Key, verb: V) -> Result<V::Answer, Stop> {
        self.spawned(Caller::dure(), Some(key), verb).await
    }

    /// A verb of Dure's own that needs no request id: it may be done again at any time.
    pub async fn run_own<V: Verb>(&self, verb: V) -> Result<V::Answer, Stop> {
        self.spawned(Caller::dure(), None, verb).await
    }

    async fn spawned<V: Verb>(&self, caller: Caller, key: Option<Key>, verb: V) -> Result<V::Answer, Stop> {
        if sabotage::breaks("cancel-stops-work") {
            return self.again(caller, key, verb).await;
        }
        let flow = self.clone();
        let work: futures::future::BoxFuture<'static, _> = Box::pin(async move { flow.again(caller, key, verb).await });
        let span = tracing::Span::current();
        match tokio::spawn(tracing::Instrument::instrument(work, span)).await {
            Ok(outcome) => outcome,
            Err(panic) => Err(Fault::bug(anyhow::anyhow!("{} panicked: {panic}", V::NAME)).into()),
        }
    }

    /// Once, and on a conflict once more.
    async fn again<V: Verb>(&self, caller: Caller, key: Option<Key>, verb: V) -> Result<V::Answer, Stop> {
        match self.once(&caller, key.as_ref(), &verb).await {
            Err(Stop::Fault(fault)) if fault.kind() == FaultKind::Conflict => {
                tracing::debug!(verb = V::NAME, %fault, "conflict: once more");
                match self.once(&caller, key.as_ref(), &verb).await {
                    Err(Stop::Fault(fault)) if fault.kind() == FaultKind::Conflict => {
                        Err(BUSY.retry_after(std::time::Duration::from_secs(1)).into())
                    }
                    outcome => outcome,
                }
            }
            outcome => outcome,
        }
    }

    async fn once<V: Verb>(&self, caller: &Caller, key: Option<&Key>, verb: &V) -> Result<V::Answer, Stop> {
        let mut tx = Tx::begin(self, caller.clone()).await?;
        self.at(Point::Begun).await;
        match self.attempt(&mut tx, key, verb).await {
            Ok((answer, facts)) => {
                self.at(Point::Performed).await;
                tx.commit().await?;
                self.at(Point::Committed).await;
                if facts {
                    self.committed().notify_one();
                }
                Ok(answer)
            }
            Err(Stop::Kept(no)) => {
                let kept = async {
                    if let Some(key) = key {
                        requests::forget(&tx, key).await?;
                    }
                    outbox::put(&mut tx).await
                };
                kept.await?;
                self.at(Point::Performed).await;
                tx.commit().await?;
                self.at(Point::Committed).await;
                self.committed().notify_one();
                Err(Stop::Kept(no))
            }
            Err(stop) => {
                tx.rollback().await;
                Err(stop)
            }
        }
    }

    /// The answer, and whether facts wait to be relayed.
    async fn attempt<V: Verb>(&self, tx: &mut Tx, key: Option<&Key>, verb: &V) -> Result<(V::Answer, bool), Stop> {
        let Some(key) = key else {
            let answer = verb.perform(tx).await?;
            return Ok((answer, outbox::put(tx).await? > 0));
        };
        match requests::claim(tx, key, V::NAME, &self.digest(verb)?).await? {
            Claim::Done(sealed) => {
                let answer = self.sealer().open("answer", &sealed).map_err(Fault::bug)?;
                Ok((serde_json::from_slice(&answer).map_err(Fault::bug)?, false))
            }
            Claim::New => {
                self.at(Point::Claimed).await;
                let answer = verb.perform(tx).await?;
                sabotage::crash("performed");
                let kept = serde_json::to_vec(&answer).map_err(Fault::bug)?;
                requests::keep(tx, key, self.sealer().seal("answer", &kept)).await?;
                sabotage::crash("answer-kept");
                Ok((answer, outbox::put(tx).await? > 0))
            }
        }
    }
}

/// The caller the access layer found; without that layer nobody is signed in.
pub(crate) fn caller_of<M>(request: &Request<M>) -> Caller {
    request.extensions().get::<Caller>().cloned().unwrap_or_else(Caller::anyone)
}
