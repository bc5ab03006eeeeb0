//! What a service's `lib.rs` says of itself: its name, settings, migrations, and how it is wired.

use std::convert::Infallible;

use contract::{EventType, Fact};
use flow::{Done, Every, Flow, Job, Slot, Stop, Verb, When};
use sea_orm_migration::MigrationTrait;
use serde::de::DeserializeOwned;
use tonic::{body::Body, server::NamedService, service::Routes};

use crate::Kit;

/// One of Dure's services.
pub trait Service: Send + Sync + 'static {
    /// `billing`.
    const NAME: &'static str;
    /// `billing.default.toml`: a table `[billing]` with every setting and its meaning.
    const DEFAULTS: &'static str;
    /// That table.
    type Settings: DeserializeOwned + Send;

    /// In order; each once.
    fn migrations() -> Vec<Box<dyn MigrationTrait>>;

    /// Nouns, whens, everies.
    fn wire(kit: &Kit, settings: Self::Settings) -> anyhow::Result<Wired>;
}

/// A service, wired.
pub struct Wired {
    pub(crate) flow: Flow,
    pub(crate) routes: Routes,
    pub(crate) names: Vec<&'static str>,
    pub(crate) whens: Vec<When>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) at_start: Vec<futures::future::BoxFuture<'static, Result<(), Stop>>>,
}

impl Wired {
    /// With this flow, parts included.
    pub fn new(flow: &Flow) -> Self {
        Self {
            flow: flow.clone(),
            routes: Routes::default(),
            names: Vec::new(),
            whens: Vec::new(),
            jobs: Vec::new(),
            at_start: Vec::new(),
        }
    }

    /// Serves a gRPC service.
    #[must_use]
    pub fn grpc<S>(mut self, service: S) -> Self
    where
        S: tower::Service<http::Request<Body>, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
        S::Response: axum::response::IntoResponse,
        S::Future: Send + 'static,
    {
        self.names.push(S::NAME);
        self.routes = self.routes.add_service(service);
        self
    }

    /// Reacts to a fact.
    #[must_use]
    pub fn when<F, V, Fut>(mut self, name: &'static str, translate: fn(Flow, F) -> Fut) -> Self
    where
        F: Fact,
        V: Verb,
        Fut: Future<Output = Result<V, Stop>> + Send + 'static,
    {
        self.whens.push(When::new(name, translate));
        self
    }

    /// Reacts to time with a verb, once per slot.
    #[must_use]
    pub fn every<V: Verb<Answer = Done>>(mut self, name: &'static str, every: Every, make: fn(Slot) -> V) -> Self {
        self.jobs.push(Job::verb(name, every, make));
        self
    }

    /// Works each period on every replica, guarded by its own leases; may call outside.
    #[must_use]
    pub fn worker<Fut>(mut self, name: &'static str, every: Every, work: fn(Flow, Slot) -> Fut) -> Self
    where
        Fut: Future<Output = Result<Done, Stop>> + Send + 'static,
    {
        self.jobs.push(Job::worker(name, every, work));
        self
    }

    /// Runs once before the first request (seeding an operator); must be safe to repeat.
    #[must_use]
    pub fn at_start(mut self, work: impl Future<Output = Result<(), Stop>> + Send + 'static) -> Self {
        self.at_start.push(Box::pin(work));
        self
    }

    /// What it subscribes to, for a check against the one table.
    pub fn subscribes_to(&self) -> Vec<EventType> {
        self.whens.iter().map(|w| w.kind.clone()).collect()
    }
}
