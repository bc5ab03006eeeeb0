//! `/healthz`: this process lives. `/readyz`: every service it speaks to says that it serves.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use futures::future::join_all;
use http::StatusCode;
use serde_json::{Map, Value, json};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::Gateway;

/// How long a service may think about its health.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) async fn live() -> &'static str {
    "ok\n"
}

pub(crate) async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    let asked = gateway.upstreams.iter().map(|(context, channel)| async move {
        let mut client = HealthClient::new(channel.clone());
        let answered = tokio::time::timeout(PATIENCE, client.check(HealthCheckRequest::default())).await;
        let serving = matches!(answered, Ok(Ok(reply)) if reply.get_ref().status() == ServingStatus::Serving);
        (context.to_owned(), serving)
    });
    let services = join_all(asked).await;
    let all = services.iter().all(|(_, serving)| *serving);
    let services =
        services.into_iter().map(|(context, serving)| (context, Value::from(serving))).collect::<Map<_, _>>();
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": all, "services": services }))).into_response()
}
