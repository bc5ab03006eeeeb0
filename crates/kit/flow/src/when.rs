//! Another context's fact → our verb, once per event: the inbox.

use std::{collections::HashMap, future::Future, sync::Arc};

use contract::{EventType, Fact};
use futures::future::BoxFuture;

use crate::{
    Consumer, Event, Flow, Stop, Taken, Verb,
    refusal::Fault,
    requests::Key,
    together::{Led, Together},
};

type Handler = dyn Fn(Flow, Event) -> BoxFuture<'static, Result<Arc<dyn Led>, Stop>> + Send + Sync;

/// What one `when/` file says: this fact leads to that verb.
#[derive(Clone)]
pub struct When {
    /// The file's name.
    pub name: &'static str,
    /// The fact.
    pub kind: EventType,
    handler: Arc<Handler>,
}

impl When {
    /// `translate` makes our verb of the fact; it may call outside first, and must be safe to repeat.
    pub fn new<F, V, T, Fut>(name: &'static str, translate: T) -> Self
    where
        F: Fact,
        V: Verb,
        T: Fn(Flow, F) -> Fut + Send + Sync + Clone + 'static,
        Fut: Future<Output = Result<V, Stop>> + Send + 'static,
    {
        let handler = move |flow: Flow, event: Event| -> BoxFuture<'static, Result<Arc<dyn Led>, Stop>> {
            let translate = translate.clone();
            Box::pin(async move {
                let fact = event.fact::<F>().map_err(Fault::bug)?;
                Ok(Arc::new(translate(flow, fact).await?) as Arc<dyn Led>)
            })
        };
        Self { name, kind: F::event_type(), handler: Arc::new(handler) }
    }
}

/// Takes events for one service: each to every `when` of its kind.
pub struct Inbox {
    flow: Flow,
    whens: HashMap<String, Vec<When>>,
    together: Arc<Together>,
}

impl Inbox {
    /// All of a service's `when`s.
    pub fn new(flow: Flow, whens: impl IntoIterator<Item = When>) -> Self {
        let mut by_kind = HashMap::<String, Vec<When>>::new();
        for when in whens {
            by_kind.entry(when.kind.to_string()).or_default().push(when);
        }
        Self { together: Together::new(flow.clone()), flow, whens: by_kind }
    }

    /// What the service subscribes to.
    pub fn kinds(&self) -> Vec<EventType> {
        self.whens.keys().cloned().map(EventType::from).collect()
    }
}

#[async_trait::async_trait]
impl Consumer for Inbox {
    async fn take(&self, event: &Event) -> Taken {
        for when in self.whens.get(event.kind.as_str()).into_iter().flatten() {
            let span = crate::trace::consumer_span(when.name, event);
            let key = Key { scope: format!("when:{}", when.name), id: event.id };
            let work = async {
                let verb = (when.handler)(self.flow.clone(), event.clone()).await?;
                self.together.apply(key, verb, event.payload.len()).await
            };
            match tracing::Instrument::instrument(work, span).await {
                Ok(()) => {}
                Err(Stop::Fault(fault)) if fault.is_away() => return Taken::Away,
                Err(stop) => return Taken::Failed(format!("{}: {stop}", when.name)),
            }
        }
        Taken::Done
    }
}
