//! The edge: HTTP/JSON for every RPC that has a route (GW-1), its OpenAPI (GW-2), gRPC and gRPC-Web on the same port
//! (GW-3), and what an edge must hold back (GW-4). It knows no business rule: routes, messages and access are read from
//! the descriptors of `proto/`.

mod answer;
mod bind;
mod call;
mod docs;
mod edge;
mod health;
mod limiter;
mod openapi;
mod passthrough;
mod refusals;
mod routes;
mod server;
mod settings;
mod template;
mod upload;
mod upstreams;
mod visitor;

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    middleware,
    response::{Html, IntoResponse as _, Response},
    routing::get,
};
use http::{HeaderValue, Request, header};
use prost_reflect::DescriptorPool;
use tonic::service::Routes as Own;

pub use server::serve;
pub use settings::{DEFAULTS, Limits, Rates, Settings};
pub use upstreams::Upstreams;

/// What every request shares.
struct Gateway {
    pool: DescriptorPool,
    routes: routes::Routes,
    upstreams: Upstreams,
    settings: Settings,
    gate: edge::Gate,
    openapi: serde_json::Value,
    docs: String,
    own: Own,
}

/// The whole edge as a router, for every RPC in `proto/`.
pub fn router(upstreams: Upstreams, settings: Settings) -> anyhow::Result<Router> {
    router_of(contract::pool(), upstreams, settings)
}

/// The same for other descriptors.
pub fn router_of(pool: &DescriptorPool, upstreams: Upstreams, settings: Settings) -> anyhow::Result<Router> {
    let gateway = Gateway::of(pool, upstreams, settings)?;
    let mut edge = Router::new()
        .route("/openapi.json", get(openapi))
        .route("/docs", get(docs))
        .fallback(serve_rpc)
        .layer(middleware::from_fn_with_state(gateway.clone(), edge::pass))
        .layer(DefaultBodyLimit::disable());
    if let Some(cors) = edge::cors(&gateway.settings)? {
        edge = edge.layer(cors);
    }
    let health = Router::new().route("/healthz", get(health::live)).route("/readyz", get(health::ready));
    Ok(health.merge(edge).with_state(gateway))
}

impl Gateway {
    fn of(pool: &DescriptorPool, upstreams: Upstreams, settings: Settings) -> anyhow::Result<Arc<Self>> {
        let routes = routes::Routes::of(pool, settings.embedded)?;
        let openapi = openapi::document(&routes);
        Ok(Arc::new(Self {
            docs: docs::page(&openapi),
            openapi,
            routes,
            gate: edge::Gate::new(&settings),
            own: passthrough::own_services()?,
            pool: pool.clone(),
            upstreams,
            settings,
        }))
    }
}

async fn serve_rpc(
    State(gateway): State<Arc<Gateway>>,
    Extension(visitor): Extension<visitor::Visitor>,
    request: Request<Body>,
) -> Response {
    if passthrough::is_grpc(request.headers()) {
        return passthrough::pass(gateway, visitor, request).await;
    }
    call::serve(&gateway, visitor, request).await.unwrap_or_else(answer::No::into_response)
}

async fn openapi(State(gateway): State<Arc<Gateway>>) -> Response {
    Json(&gateway.openapi).into_response()
}

async fn docs(State(gateway): State<Arc<Gateway>>) -> Response {
    let mut page = Html(gateway.docs.clone()).into_response();
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    page
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt as _;

    use super::*;

    // S65, GW-4
    #[tokio::test]
    async fn a_panic_is_an_opaque_500_with_an_id_to_quote() {
        let gateway = Gateway::of(contract::pool(), Upstreams::new(), Settings::default()).unwrap();
        let router: Router = Router::new()
            .fallback(async || -> Response { panic!("a secret") })
            .layer(middleware::from_fn_with_state(gateway, edge::pass));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains(&id) && text.contains("\"reason\":\"INTERNAL\"") && !text.contains("secret"), "{text}");
    }
}
