//! One HTTP/JSON request through to its RPC and back (GW-1).

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use contract::Dynamic;
use http::{HeaderMap, Method, Request, StatusCode, header, request::Parts};
use prost_reflect::{DynamicMessage, Kind, ReflectMessage as _};
use serde_json::Value as Json;
use tonic::{Status, client::Grpc, transport::Channel};

use crate::{
    Gateway,
    answer::{self, No},
    bind::{self, Wrong},
    refusals,
    routes::{self, Route, Shape},
    upload,
    visitor::{Visitor, deadline},
};

/// The largest answer a service may give: a document to download.
const LARGEST_ANSWER: usize = 64 << 20;

/// A request on its way to its RPC.
pub(crate) struct Call<'g> {
    pub gateway: &'g Gateway,
    pub route: &'g Route,
    pub bound: Vec<(&'g str, String)>,
    pub visitor: Visitor,
    pub parts: Parts,
}

impl Call<'_> {
    /// Does it, within its deadline.
    pub async fn run(self, body: Body) -> Result<axum::response::Response, No> {
        let limits = &self.gateway.settings.limits;
        let ours = match self.route.shape {
            Shape::Unary | Shape::Download => limits.answer_seconds,
            Shape::Watch => limits.events_seconds,
            Shape::Upload { .. } => limits.upload_seconds,
        };
        let limit = deadline(&self.parts.headers, Duration::from_secs(ours));
        let done = async {
            if let Shape::Upload { head, chunk } = &self.route.shape {
                return upload::run(&self, head, chunk, body, limit).await;
            }
            let json = self.body(body, limit).await?;
            let message = self.message(json)?;
            self.ask(message, limit).await
        };
        tokio::time::timeout(limit, done).await.unwrap_or_else(|_| Err(refusals::TOO_SLOW.into()))
    }

    /// A client of the service, ready to be used.
    pub async fn client(&self) -> Result<Grpc<Channel>, Status> {
        let channel = self.gateway.upstreams.get(&self.route.context);
        let channel = channel.ok_or_else(|| Status::unavailable("no address is set"))?;
        let mut client = Grpc::new(channel.clone()).max_decoding_message_size(LARGEST_ANSWER);
        client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        Ok(client)
    }

    /// The gRPC request, with what goes on of the client's headers.
    pub fn request<M>(&self, message: M, limit: Duration) -> tonic::Request<M> {
        let metadata = self.visitor.metadata(&self.parts.headers);
        let mut request = tonic::Request::from_parts(metadata, http::Extensions::new(), message);
        request.set_timeout(limit);
        request
    }

    /// A service's no, in the answer's words.
    pub fn no(&self, status: Status) -> No {
        No::of_service(status, &self.route.context, &self.visitor.request)
    }

    async fn ask(&self, message: DynamicMessage, limit: Duration) -> Result<axum::response::Response, No> {
        let mut client = self.client().await.map_err(|status| self.no(status))?;
        let (request, path) = (self.request(message, limit), self.route.grpc_path.clone());
        let codec = Dynamic::client(&self.route.rpc);
        if self.route.shape == Shape::Watch {
            let answers = client.server_streaming(request, path, codec).await.map_err(|status| self.no(status))?;
            let (context, request) = (self.route.context.clone(), self.visitor.request.clone());
            return Ok(answer::events(answers.into_inner(), context, request));
        }
        let answered = client.unary(request, path, codec).await.map_err(|status| self.no(status))?;
        Ok(match self.route.shape {
            Shape::Download => answer::download(answered.get_ref(), answered.metadata()),
            _ => answer::message(answered.get_ref()),
        })
    }

    /// The body as JSON, `None` if there is none.
    async fn body(&self, body: Body, limit: Duration) -> Result<Option<Json>, No> {
        let bytes = self.bytes(body, limit).await?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if self.route.body == routes::Body::None {
            return Err(refusals::BODY_NOT_TAKEN.into());
        }
        if !is_json(&self.parts.headers) {
            return Err(No::under(refusals::WRONG_MEDIA_TYPE, StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| refusals::MALFORMED_JSON.with("line", error.line()).with("column", error.column()).into())
    }

    async fn bytes(&self, body: Body, limit: Duration) -> Result<Bytes, No> {
        let most = self.gateway.settings.limits.body_bytes;
        upload::refuse_announced(&self.parts.headers, most)?;
        let read = tokio::time::timeout(limit, to_bytes(body, most)).await;
        // A body that never comes is the client's doing, not a 5xx.
        let read = read.map_err(|_| No::under(refusals::BROKEN_BODY, StatusCode::REQUEST_TIMEOUT))?;
        read.map_err(|error| broken(&error))
    }

    /// The message from path, query, body and headers.
    fn message(&self, json: Option<Json>) -> Result<DynamicMessage, No> {
        let mut wrong = Wrong::default();
        let asked = self.route.asked();
        let mut message = DynamicMessage::new(asked.clone());
        let mut taken = self.route.template.fields().collect::<Vec<_>>();
        match &self.route.body {
            routes::Body::None => {}
            routes::Body::Whole => {
                message = bind::json(&asked, json.unwrap_or(Json::Object(Default::default())), &mut wrong)
            }
            routes::Body::Field(field) => {
                taken.push(field.name());
                if let Some(json) = json {
                    bind::json_field(&mut message, field, json, &mut wrong);
                }
            }
        }
        bind::path(&mut message, &self.bound, &mut wrong);
        let pairs = query_pairs(&self.parts);
        if self.route.body == routes::Body::Whole {
            pairs.iter().for_each(|(name, _)| wrong.add(name, "This route takes its fields in the body."));
        } else {
            bind::query(&mut message, &pairs, &taken, &mut wrong);
        }
        self.finish(message, wrong)
    }

    /// The headers that are fields: `Idempotency-Key` is `request_id`, `If-Match` is `etag`. Then all that is wrong.
    pub fn finish(&self, mut message: DynamicMessage, mut wrong: Wrong) -> Result<DynamicMessage, No> {
        if self.parts.method != Method::GET && self.parts.method != Method::HEAD {
            request_id(&mut message, header(&self.parts.headers, "idempotency-key"), &mut wrong);
            if let Some(etag) = header(&self.parts.headers, "if-match") {
                fill(&mut message, "etag", etag.trim_start_matches("W/").trim_matches('"'));
            }
        }
        if wrong.is_empty() {
            return Ok(message);
        }
        let refusal = flow::invalid_fields(wrong.into_violations());
        Err(refusal.into())
    }
}

/// A write carries the id its caller chose.
fn request_id(message: &mut DynamicMessage, header: Option<&str>, wrong: &mut Wrong) {
    let Some(field) = text_field(message, "request_id") else { return };
    let header = header.map(|key| key.trim_matches('"')).filter(|key| !key.is_empty());
    let already = message.get_field(&field).as_str().unwrap_or_default().to_owned();
    match (already.as_str(), header) {
        ("", None) => wrong.add(
            "Idempotency-Key",
            "Send a UUID of your choice in this header or as request_id; sent again, it does nothing twice.",
        ),
        ("", Some(key)) => fill(message, "request_id", key),
        (already, Some(key)) if already != key => wrong.add("Idempotency-Key", "This header and request_id differ."),
        _ => {}
    }
}

fn text_field(message: &DynamicMessage, name: &str) -> Option<prost_reflect::FieldDescriptor> {
    message.descriptor().get_field_by_name(name).filter(|field| field.kind() == Kind::String && !field.is_list())
}

/// Gives a text field its value if it has none.
pub(crate) fn fill(message: &mut DynamicMessage, name: &str, text: &str) {
    if let Some(field) = text_field(message, name)
        && message.get_field(&field).as_str() == Some("")
    {
        message.set_field(&field, prost_reflect::Value::String(text.to_owned()));
    }
}

/// The query, decoded.
pub(crate) fn query_pairs(parts: &Parts) -> Vec<(String, String)> {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

pub(crate) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What reading a body failed of: too much of it, or it broke off.
pub(crate) fn broken(error: &(dyn std::error::Error + 'static)) -> No {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return No::under(refusals::TOO_LARGE, StatusCode::PAYLOAD_TOO_LARGE);
        }
        cause = error.source();
    }
    refusals::BROKEN_BODY.into()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = header(headers, header::CONTENT_TYPE.as_str()) else { return true };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (kind == "application/json" || kind.ends_with("+json")) && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Finds the route and does the call.
pub(crate) async fn serve(
    gateway: &Gateway,
    visitor: Visitor,
    request: Request<Body>,
) -> Result<axum::response::Response, No> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    match gateway.routes.find(&parts.method, &path) {
        routes::Found::Route(route, bound) => {
            let mut response = Call { gateway, route, bound, visitor, parts }.run(body).await;
            if let Ok(response) = &mut response {
                response.extensions_mut().insert(crate::edge::Served(route.template.text().to_owned()));
            }
            response
        }
        routes::Found::OtherMethods(methods) => {
            let methods = methods.iter().map(|m| m.as_str()).collect::<Vec<_>>().join(", ");
            Err(No::under(refusals::METHOD_NOT_ALLOWED.with("methods", methods), StatusCode::METHOD_NOT_ALLOWED))
        }
        routes::Found::Nothing => Err(refusals::NO_SUCH_ROUTE.into()),
    }
}
