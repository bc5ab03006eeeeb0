//! gRPC and gRPC-Web on the same port (GW-3): the body goes to the service as it is, by the package in its path; what
//! the headers claim about the caller does not. Reflection and health of the whole are answered here.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::response::Response;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::Limited;
use prost_reflect::MethodDescriptor;
use tonic::{Status, body::Body, service::Routes};
use tonic_web::GrpcWebLayer;
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};

use crate::{
    Gateway, refusals,
    visitor::{TIMEOUT, Visitor, deadline},
};

/// Whether a request is gRPC or gRPC-Web.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    kind(headers).starts_with("application/grpc")
}

fn kind(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

/// Reflection over everything in `proto/`, and health, so that a client needs one address only.
pub(crate) fn own_services() -> anyhow::Result<Routes> {
    let described = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(contract::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let (_, health) = tonic_health::server::health_reporter();
    // Python's reflection package and older grpcurl ask the alpha service alone.
    Ok(Routes::new(described().build_v1()?).add_service(described().build_v1alpha()?).add_service(health))
}

/// Passes a request through.
pub(crate) async fn pass(gateway: Arc<Gateway>, visitor: Visitor, request: Request<axum::body::Body>) -> Response {
    let most = gateway.settings.limits.upload_bytes;
    let web = kind(request.headers()).starts_with("application/grpc-web");
    let request = request.map(|body| Limited::new(body, most));
    let to_service = service_fn(move |request| {
        let (gateway, visitor) = (gateway.clone(), visitor.clone());
        async move { Ok::<_, Infallible>(forward(&gateway, &visitor, request).await) }
    });
    let answered = if web {
        GrpcWebLayer::new().layer(to_service).oneshot(request).await
    } else {
        to_service.oneshot(request.map(Body::new)).await
    };
    answered.unwrap_or_else(|never| match never {}).map(axum::body::Body::new)
}

async fn forward(gateway: &Gateway, visitor: &Visitor, mut request: Request<Body>) -> http::Response<Body> {
    let path = request.uri().path().to_owned();
    if path.starts_with("/grpc.reflection.") || path.starts_with("/grpc.health.") {
        let answered = gateway.own.clone().oneshot(request).await;
        return answered.unwrap_or_else(|never| match never {});
    }
    let Some(rpc) = served(gateway, &path) else { return Status::from(refusals::NOT_SERVED).into_http() };
    let context = rpc.parent_service().package_name().split('.').nth(1).unwrap_or_default().to_owned();

    visitor.clean(request.headers_mut());
    let limits = &gateway.settings.limits;
    let ours = match (rpc.is_client_streaming(), rpc.is_server_streaming()) {
        (_, true) => limits.events_seconds,
        (true, false) => limits.upload_seconds,
        (false, false) => limits.answer_seconds,
    };
    let limit = deadline(request.headers(), Duration::from_secs(ours));
    if let Ok(value) = HeaderValue::try_from(format!("{}m", limit.as_millis())) {
        request.headers_mut().insert(TIMEOUT, value);
    }
    let away = || Status::from(refusals::AWAY.with("service", &context).retry_after(Duration::from_secs(1)));
    let Some(mut channel) = gateway.upstreams.get(&context).cloned() else { return away().into_http() };
    match async { channel.ready().await?.call(request).await }.await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!(context, %error, "a service is away");
            away().into_http()
        }
    }
}

/// The RPC at this path, if it is one of ours and served here.
fn served(gateway: &Gateway, path: &str) -> Option<MethodDescriptor> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    let service = gateway.pool.get_service_by_name(service).filter(|s| s.full_name().starts_with("dure."))?;
    let rpc = service.methods().find(|rpc| rpc.name() == method)?;
    let embedded_only = contract::access(&rpc).is_some_and(|access| access.embedded_only);
    (gateway.settings.embedded || !embedded_only).then_some(rpc)
}
