//! One service, started for one test.

use std::{future::Future, sync::Arc, time::Duration};

use boot::{Common, Running, Service, Start, settings::Sources, token};
use contract::Fact;
use flow::{Caller, Clock, Engine, Event, Instant, Taken};
use tempfile::TempDir;
use tonic::{
    Request, Status, metadata::MetadataValue, service::Interceptor, service::interceptor::InterceptedService,
    transport::Channel,
};
use uuid::Uuid;

use crate::{RecordingBus, databases};

/// A service under test.
pub struct Trial {
    /// The service.
    pub running: Running,
    /// Its bus.
    pub bus: Arc<RecordingBus>,
    /// Its clock: Monday 2026-11-23, 10:00 in Seoul, until moved.
    pub clock: Clock,
    /// Its database.
    pub url: String,
    /// Which engine this run is on.
    pub engine: Engine,
    signer: token::TokenSigner,
    channel: Channel,
    _folder: TempDir,
}

/// Signs each request for one caller at the clock's time.
#[derive(Clone)]
pub struct Bearer {
    caller: Caller,
    clock: Clock,
    signer: token::TokenSigner,
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(claims) = token::Claims::of(&self.caller) {
            let token = self.signer.sign(token::ACCESS, &claims, self.clock.now(), chrono::Duration::minutes(10));
            let value =
                MetadataValue::try_from(format!("Bearer {token}")).map_err(|e| Status::internal(e.to_string()))?;
            request.metadata_mut().insert("authorization", value);
        }
        Ok(request)
    }
}

/// Stops the service with its test. (Having a `Drop` also keeps a test's closure from capturing single fields, which
/// would delete the folder under the others.)
impl Drop for Trial {
    fn drop(&mut self) {
        self.running.halt();
    }
}

impl Trial {
    /// Starts the service on its default settings, changed by `change`.
    pub async fn start<S: Service>(engine: Engine, change: impl FnOnce(&mut S::Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sources = Sources::load(S::DEFAULTS).expect("the defaults are right");
        let mut common: Common = sources.common().expect("the defaults are right");
        common.data_dir = folder.path().to_owned();
        common.listen.grpc = "127.0.0.1:0".parse().expect("an address");
        let url = databases::fresh::<S>(engine, folder.path()).await;
        common.database.url = url.clone().into();
        let mut settings = sources.get(S::NAME).expect("the service's defaults are right");
        change(&mut settings);

        let clock = Clock::by_hand("2026-11-23T01:00:00Z".parse::<Instant>().expect("a time"));
        let bus = Arc::new(RecordingBus::default());
        let signer = token::TokenSigner::new(common.keys.seed().expect("the development key"));
        let start = Start { common, clock: clock.clone(), bus: bus.clone() };
        let running = Running::start_with::<S>(&start, settings).await.expect("the service starts");
        let channel = Channel::from_shared(format!("http://{}", running.address)).expect("a URL").connect_lazy();
        Self { running, bus, clock, url, engine, signer, channel, _folder: folder }
    }

    /// For a generated client: `OrderServiceClient::new(t.channel(&caller))`.
    pub fn channel(&self, caller: &Caller) -> InterceptedService<Channel, Bearer> {
        let bearer = Bearer { caller: caller.clone(), clock: self.clock.clone(), signer: self.signer.clone() };
        InterceptedService::new(self.channel.clone(), bearer)
    }

    /// The signer the service believes, for verification tokens and the like.
    pub fn signer(&self) -> &token::TokenSigner {
        &self.signer
    }

    /// Gives the service a fact of another, and expects it to be applied.
    pub async fn hear<F: Fact>(&self, subject: &str, fact: F) {
        let event = self.event(subject, fact);
        self.hear_event(&event).await;
    }

    /// An event that can be given more than once.
    pub fn event<F: Fact>(&self, subject: &str, fact: F) -> Event {
        Event {
            id: Uuid::now_v7(),
            kind: F::event_type(),
            source: "test".into(),
            subject: subject.into(),
            version: 1,
            time: self.clock.now(),
            trace: None,
            payload: fact.encode_to_vec(),
        }
    }

    /// Gives the service this event, and expects it to be applied.
    pub async fn hear_event(&self, event: &Event) {
        match self.bus.hand(event).await {
            Taken::Done => {}
            other => panic!("{} was not applied: {other:?}", event.kind),
        }
    }

    /// The facts of a kind told so far, once there are at least `least` of them.
    pub async fn told<F: Fact>(&self, least: usize) -> Vec<F> {
        for _ in 0..200 {
            let told = self.bus.told::<F>().await;
            if told.len() >= least {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("expected {least} of {}, was told {}", F::event_type(), self.bus.told::<F>().await.len());
    }

    /// Waits (some seconds) until `check` answers.
    pub async fn until<T, Fut: Future<Output = Option<T>>>(&self, what: &str, check: impl Fn() -> Fut) -> T {
        for _ in 0..400 {
            if let Some(found) = check().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("never came true: {what}");
    }
}

/// Runs a test on every engine of this run.
pub async fn on_both<S: Service, Fut: Future<Output = ()>>(test: impl Fn(Trial) -> Fut) {
    on_both_with::<S, Fut>(|_| {}, test).await;
}

/// The same with changed settings.
pub async fn on_both_with<S: Service, Fut: Future<Output = ()>>(
    change: impl Fn(&mut S::Settings),
    test: impl Fn(Trial) -> Fut,
) {
    for engine in databases::engines() {
        eprintln!("on {engine:?}");
        test(Trial::start::<S>(engine, &change).await).await;
    }
}
