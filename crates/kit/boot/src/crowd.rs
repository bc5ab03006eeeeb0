//! No more calls under way in one process than it can finish in time: whoever comes on top is told at once to come again
//! in a moment, so that those who are in are answered. Waiting in a line that grows helps nobody.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use flow::{Refusal, code};
use futures::future::BoxFuture;
use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::{Status, body::Body};
use tower::{Layer, Service};

/// Some rounds of the database's connections: at that many an answer still comes well within its 10 s.
const AT_ONCE: usize = 128;
const COME_AGAIN: Duration = Duration::from_secs(1);

/// Too many at once.
pub const OVERLOADED: Refusal = Refusal::new(
    code::RESOURCE_EXHAUSTED,
    "OVERLOADED",
    "Too many requests are under way. Send the same request again in a moment.",
    "요청이 너무 많습니다. 잠시 후 같은 요청을 다시 보내 주세요.",
);

/// The layer; all connections share its places.
#[derive(Clone)]
pub(crate) struct Crowd(Arc<Semaphore>);

impl Default for Crowd {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl<S> Layer<S> for Crowd {
    type Service = Counted<S>;
    fn layer(&self, inner: S) -> Counted<S> {
        Counted { inner, places: self.0.clone() }
    }
}

/// A service behind the layer.
#[derive(Clone)]
pub(crate) struct Counted<S> {
    inner: S,
    places: Arc<Semaphore>,
}

impl<S, E> Service<Request<Body>> for Counted<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = E>,
    S::Future: Send + 'static,
    E: Send + 'static,
{
    type Response = Response<Body>;
    type Error = E;
    type Future = BoxFuture<'static, Result<Response<Body>, E>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // Whoever asks whether it lives is always answered.
        let health = request.uri().path().starts_with("/grpc.");
        let place = self.places.clone().try_acquire_owned();
        if place.is_err() && !health && !flow::sabotage::breaks("no-shedding") {
            return Box::pin(async { Ok(Status::from(OVERLOADED.retry_after(COME_AGAIN)).into_http()) });
        }
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            drop(place);
            answer
        })
    }
}
