//! Every request passes here first (GW-4): its id and address, how often and how many at once, a panic made an opaque
//! no, and the headers every answer carries (S61, S67).

use std::{
    hash::{BuildHasher as _, RandomState},
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use axum::{extract::State, middleware::Next, response::Response};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use tokio::{
    sync::{Semaphore, TryAcquireError},
    time::Instant,
};
use tower_http::cors::CorsLayer;

use crate::{
    Gateway, Settings,
    answer::No,
    limiter::{Limiter, neighbourhood},
    passthrough, refusals,
    visitor::{REQUEST_ID, Visitor},
};

/// The route that answered, for the log: a template, never a path with its values.
#[derive(Clone)]
pub(crate) struct Served(pub String);

/// Who is let in.
#[derive(Debug)]
pub(crate) struct Gate {
    at_once: Semaphore,
    addresses: Limiter<IpAddr>,
    tokens: Limiter<u64>,
    /// Tokens are counted by a hash with a key of this process, not kept.
    hasher: RandomState,
}

impl Gate {
    pub fn new(settings: &Settings) -> Self {
        let rates = &settings.rates;
        Self {
            at_once: Semaphore::new(settings.limits.requests_at_once),
            addresses: Limiter::new(rates.address_per_second, rates.address_burst),
            tokens: Limiter::new(rates.token_per_second, rates.token_burst),
            hasher: RandomState::new(),
        }
    }

    fn count(&self, visitor: &Visitor, headers: &HeaderMap) -> Result<(), No> {
        let now = Instant::now();
        let no = |wait| No::from(refusals::TOO_MANY.retry_after(wait));
        if let Some(address) = visitor.address {
            self.addresses.take(neighbourhood(address), now).map_err(no)?;
        }
        if let Some(token) = headers.get(header::AUTHORIZATION) {
            self.tokens.take(self.hasher.hash_one(token), now).map_err(no)?;
        }
        Ok(())
    }
}

/// The middleware around every route but health.
pub(crate) async fn pass(
    State(gateway): State<Arc<Gateway>>,
    mut request: Request<axum::body::Body>,
    next: Next,
) -> Response {
    let began = Instant::now();
    let peer = request.extensions().get::<SocketAddr>().copied();
    let visitor = Visitor::of(peer, request.headers(), gateway.settings.proxies_in_front);
    let (method, grpc, id) =
        (request.method().clone(), passthrough::is_grpc(request.headers()), visitor.request.clone());

    let answered = match gateway.gate.count(&visitor, request.headers()) {
        Err(no) => Err(no),
        Ok(()) => match gateway.gate.at_once.try_acquire() {
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => {
                Err(refusals::BUSY.retry_after(Duration::from_secs(1)).into())
            }
            Ok(_under_way) => {
                request.extensions_mut().insert(visitor);
                let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
                answered.map_err(|_| {
                    tracing::error!(request = id, "a handler of the gateway panicked");
                    flow::INTERNAL.with("id", &id).into()
                })
            }
        },
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(no) if grpc => no.status.into_http::<axum::body::Body>(),
        Err(no) => no.into_response(),
    };
    dress(&gateway.settings, &id, response.headers_mut());
    let route = response.extensions().get::<Served>().map_or("-", |served| served.0.as_str());
    let milliseconds = began.elapsed().as_millis();
    tracing::info!(%method, route, status = response.status().as_u16(), milliseconds, request = id, "answered");
    response
}

/// The headers every answer carries; a page that needs other ones has set its own.
fn dress(settings: &Settings, id: &str, headers: &mut HeaderMap) {
    const ALWAYS: [(HeaderName, HeaderValue); 6] = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if settings.https_only {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Which other pages may call; `None` if none may.
pub(crate) fn cors(settings: &Settings) -> anyhow::Result<Option<CorsLayer>> {
    if settings.cors_origins.is_empty() {
        return Ok(None);
    }
    let origins =
        settings.cors_origins.iter().map(|o| HeaderValue::try_from(o.as_str())).collect::<Result<Vec<_>, _>>()?;
    let name = HeaderName::from_static;
    let asked = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::ACCEPT_LANGUAGE,
        header::IF_MATCH,
        REQUEST_ID,
        name("idempotency-key"),
        name("x-file-name"),
        name("x-grpc-web"),
        name("x-user-agent"),
        name("grpc-timeout"),
        name("traceparent"),
    ];
    let told = [
        REQUEST_ID,
        header::RETRY_AFTER,
        header::ETAG,
        header::CONTENT_DISPOSITION,
        name("grpc-status"),
        name("grpc-message"),
        name("grpc-status-details-bin"),
    ];
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let layer = CorsLayer::new().allow_origin(origins).allow_methods(methods).allow_headers(asked).expose_headers(told);
    Ok(Some(layer.max_age(Duration::from_secs(3600))))
}
