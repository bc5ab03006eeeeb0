//! What goes back: protobuf JSON, bytes as they are, events, and every no as `google.rpc.Status` in JSON under the HTTP
//! status of its code (GW-1, S65).

use std::{sync::LazyLock, time::Duration};

use axum::{
    body::Body,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flow::Refusal;
use futures::{Stream, StreamExt as _};
use http::{HeaderValue, StatusCode, header};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Value as Json, json};
use tonic::{Code, Status, metadata::MetadataMap};
use tonic_types::{StatusExt as _, pb};

use crate::refusals;

/// A no, ready to be sent.
#[derive(Debug)]
pub(crate) struct No {
    pub http: StatusCode,
    pub status: Status,
}

/// Nobody is there, or nobody any more.
fn gone(status: &Status) -> bool {
    status.code() == Code::Unavailable || std::error::Error::source(status).is_some()
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self { http: http_status(refusal.code()), status: refusal.into() }
    }
}

impl No {
    /// Under another HTTP status than its code's: 405, 413, 415 have no code of their own.
    pub fn under(refusal: Refusal, http: StatusCode) -> Self {
        Self { http, status: refusal.into() }
    }

    /// A service's no. What is not one of Dure's own refusals (transport, codec, a service gone mad) is told in our
    /// words, and its cause stays in the log.
    pub fn of_service(status: Status, context: &str, request: &str) -> Self {
        if status.get_details_error_info().is_some_and(|info| info.domain == "dure") {
            return Self { http: http_status(status.code()), status };
        }
        match status.code() {
            Code::Cancelled | Code::DeadlineExceeded => refusals::TOO_SLOW.into(),
            // A service's own status has no source; one that has was made here, of a connection that broke: it died.
            Code::Unavailable | Code::Unknown | Code::Internal if gone(&status) => {
                tracing::warn!(context, message = status.message(), "a service is away");
                refusals::AWAY.with("service", context).retry_after(Duration::from_secs(1)).into()
            }
            Code::OutOfRange => No::under(refusals::TOO_LARGE, StatusCode::PAYLOAD_TOO_LARGE),
            Code::Unimplemented => refusals::NOT_SERVED.into(),
            Code::Internal | Code::Unknown | Code::DataLoss | Code::Ok => {
                tracing::error!(context, request, code = ?status.code(), message = status.message(), "a service failed");
                flow::INTERNAL.with("id", request).into()
            }
            code => Self { http: http_status(code), status },
        }
    }

    pub fn into_response(self) -> Response {
        let mut response = (self.http, axum::Json(status_json(&self.status))).into_response();
        if let Some(wait) = self.status.get_details_retry_info().and_then(|info| info.retry_delay) {
            // Whole seconds, rounded up: a client that waits less is turned away again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.http == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The map, fixed once.
fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::Cancelled => StatusCode::from_u16(499).expect("a status of three digits"),
        Code::InvalidArgument | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Internal | Code::Unknown | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// `google.rpc.Status` as protobuf JSON.
fn status_json(status: &Status) -> Json {
    let details = pb::Status::decode(status.details()).map(|s| s.details).unwrap_or_default();
    let details = details.iter().filter(|d| !d.type_url.ends_with("/google.rpc.DebugInfo")).map(|detail| {
        let name = detail.type_url.rsplit('/').next().unwrap_or_default();
        let known = google_rpc().get_message_by_name(name);
        let read = known.and_then(|m| DynamicMessage::decode(m, detail.value.as_slice()).ok());
        match read.map(|message| serde_json::to_value(&message)) {
            Some(Ok(Json::Object(mut members))) => {
                members.insert("@type".into(), Json::from(detail.type_url.as_str()));
                Json::Object(members)
            }
            _ => json!({ "@type": detail.type_url, "value": BASE64_STANDARD.encode(&detail.value) }),
        }
    });
    json!({ "code": status.code() as i32, "message": status.message(), "details": details.collect::<Vec<_>>() })
}

/// The error details' own descriptors.
pub(crate) fn google_rpc() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(pb::FILE_DESCRIPTOR_SET).expect("shipped with tonic-types"));
    &POOL
}

/// Protobuf JSON, zeros included, so that a client sees every scalar.
fn message_json(message: &DynamicMessage) -> Vec<u8> {
    let mut json = serde_json::Serializer::new(Vec::new());
    let options = SerializeOptions::new().skip_default_fields(false);
    message.serialize_with_options(&mut json, &options).expect("a decoded message is JSON, written to memory");
    json.into_inner()
}

/// A message; its `etag` is also the header.
pub(crate) fn message(message: &DynamicMessage) -> Response {
    let mut response = Response::new(Body::from(message_json(message)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let etag = message.get_field_by_name("etag").and_then(|etag| etag.as_str().map(|etag| format!("\"{etag}\"")));
    if let Some(etag) = etag.filter(|etag| etag.len() > 2).and_then(|etag| HeaderValue::try_from(etag).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// A `google.api.HttpBody`; the service names the file in its metadata.
pub(crate) fn download(message: &DynamicMessage, metadata: &MetadataMap) -> Response {
    let field = |name| message.get_field_by_name(name);
    let bytes = field("data").and_then(|v| v.as_bytes().cloned()).unwrap_or_default();
    let kind = field("content_type").and_then(|v| v.as_str().and_then(|kind| HeaderValue::from_str(kind).ok()));
    let kind = kind.filter(|k| !k.is_empty()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    let name = metadata.get("content-disposition").and_then(|v| HeaderValue::from_bytes(v.as_bytes()).ok());
    let name = name.unwrap_or(HeaderValue::from_static("attachment"));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    response
}

/// A stream of messages as server-sent events: one `data:` each; a no in the middle is an event `error` (GW-7).
pub(crate) fn events<S>(messages: S, context: String, request: String) -> Response
where
    S: Stream<Item = Result<DynamicMessage, Status>> + Send + 'static,
{
    let events = messages.map(move |message| match message {
        Ok(message) => Event::default().data(String::from_utf8_lossy(&message_json(&message))),
        Err(status) => {
            let no = No::of_service(status, &context, &request);
            Event::default().event("error").data(status_json(&no.status).to_string())
        }
    });
    Sse::new(events.map(Ok::<_, std::convert::Infallible>)).keep_alive(KeepAlive::default()).into_response()
}
