//! OpenAPI 3.1 from the routes and their descriptors (GW-2): the comments in `proto/` are its descriptions.

mod schema;

use std::collections::BTreeMap;

use contract::Access;
use http::Method;
use prost_reflect::{FieldDescriptor, MessageDescriptor};
use serde_json::{Map, Value, json};

use crate::routes::{Body, Route, Routes, Shape};
use schema::{Comments, Schemas};

/// Messages in a query are described down to this depth.
const QUERY_DEPTH: usize = 3;

/// The document.
pub(crate) fn document(routes: &Routes) -> Value {
    let comments = Comments::of(routes.iter().map(|route| route.rpc.parent_pool()).next());
    let mut writer = Writer { schemas: Schemas::new(&comments), comments: &comments };
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut tags: BTreeMap<String, Value> = BTreeMap::new();
    for route in routes.iter() {
        let service = route.rpc.parent_service();
        let tag = json!({ "name": service.name(), "description": comments.at(&service.parent_file(), service.path()) });
        tags.insert(service.full_name().to_owned(), tag);
        let operations = paths.entry(route.template.text().to_owned()).or_default();
        operations.insert(route.method.as_str().to_ascii_lowercase(), writer.operation(route));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Dure",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The back end of a customer portal. Fields are read in camelCase and snake_case; 64-bit \
                numbers are written as strings; amounts are whole won. A write sent again with the same \
                Idempotency-Key does nothing twice. The same RPCs answer gRPC and gRPC-Web on this port.",
        },
        "servers": [{ "url": "/" }],
        "tags": tags.into_values().collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": writer.schemas.finish(),
            "responses": { "No": {
                "description": "A no. HTTP 400 invalid, 401 not signed in, 403 not allowed, 404 not found, 409 not in this \
                    state, 413 too large, 429 too often (Retry-After), 503 away, 504 too slow, 500 a fault of ours.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/google.rpc.Status" } } },
            } },
            "parameters": { "IdempotencyKey": {
                "name": "Idempotency-Key", "in": "header", "required": false,
                "schema": { "type": "string", "format": "uuid" },
                "description": "The request's id, a UUID of the caller's choice; required unless the body has request_id.",
            } },
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

struct Writer<'c> {
    comments: &'c Comments,
    schemas: Schemas<'c>,
}

impl Writer<'_> {
    fn operation(&mut self, route: &Route) -> Value {
        let rpc = &route.rpc;
        let comment = self.comments.at(&rpc.parent_file(), rpc.path());
        let access = contract::access(rpc).unwrap_or_default();
        let summary = comment.split_inclusive(". ").next().unwrap_or_default().trim().trim_end_matches('.').to_owned();
        let mut operation = json!({
            "operationId": format!("{}_{}", rpc.parent_service().name(), rpc.name()),
            "tags": [rpc.parent_service().name()],
            "summary": summary,
            "description": format!("{comment}\n\nWho may: {}.", who(&access)),
            "parameters": self.parameters(route),
            "responses": { "200": self.answer(route), "default": { "$ref": "#/components/responses/No" } },
            "security": if access.anyone { json!([]) } else { json!([{ "bearer": [] }]) },
            "x-grpc": route.grpc_path.as_str(),
        });
        if let Some(body) = self.body(route) {
            operation["requestBody"] = body;
        }
        operation
    }

    fn parameters(&mut self, route: &Route) -> Vec<Value> {
        let asked = route.asked();
        let in_path = route.template.fields().collect::<Vec<_>>();
        let mut parameters = Vec::new();
        for name in &in_path {
            let Some(field) = crate::bind::field_at(&asked, name).and_then(|path| path.last().cloned()) else {
                continue;
            };
            parameters.push(self.parameter("path", name, &field));
        }
        if route.body != Body::Whole {
            self.query(
                &asked,
                "",
                QUERY_DEPTH,
                &|name: &str| {
                    in_path.contains(&name) || matches!(&route.body, Body::Field(field) if field.name() == name)
                },
                &mut parameters,
            );
        }
        if route.method != Method::GET && asked.get_field_by_name("request_id").is_some() {
            parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
        }
        parameters
    }

    fn parameter(&mut self, place: &str, name: &str, field: &FieldDescriptor) -> Value {
        json!({
            "name": name, "in": place, "required": place == "path",
            "description": self.comments.at(&field.parent_message().parent_file(), field.path()),
            "schema": self.schemas.field(field),
        })
    }

    fn query(
        &mut self,
        message: &MessageDescriptor,
        at: &str,
        depth: usize,
        skip: &dyn Fn(&str) -> bool,
        to: &mut Vec<Value>,
    ) {
        for field in message.fields().filter(|field| !field.is_map()) {
            let name = if at.is_empty() { field.name().to_owned() } else { format!("{at}.{}", field.name()) };
            if skip(&name) || name == "request_id" {
                continue;
            }
            match field.kind().as_message().filter(|m| !m.full_name().starts_with("google.protobuf.")) {
                Some(inner) if !field.is_list() && depth > 1 => self.query(inner, &name, depth - 1, skip, to),
                Some(_) => {}
                None => to.push(self.parameter("query", &name, &field)),
            }
        }
    }

    fn body(&mut self, route: &Route) -> Option<Value> {
        let schema = match (&route.shape, &route.body) {
            (Shape::Upload { .. }, _) => {
                return Some(json!({
                    "required": true,
                    "description": "The file as it is (its name in the header X-File-Name), or a form whose first file it is.",
                    "content": {
                        "application/octet-stream": { "schema": { "type": "string", "format": "binary" } },
                        "multipart/form-data": { "schema": {
                            "type": "object", "required": ["file"],
                            "properties": { "file": { "type": "string", "format": "binary" } },
                        } },
                    },
                }));
            }
            (_, Body::None) => return None,
            (_, Body::Whole) => {
                let in_path = route.template.fields().collect::<Vec<_>>();
                self.schemas.request(&route.asked(), &in_path)
            }
            (_, Body::Field(field)) => self.schemas.field(field),
        };
        Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }))
    }

    fn answer(&mut self, route: &Route) -> Value {
        let output = route.rpc.output();
        let (media, schema, description) = match route.shape {
            Shape::Download => ("*/*", json!({ "type": "string", "format": "binary" }), "The document.".to_owned()),
            Shape::Watch => {
                let message = self.schemas.message(&output);
                (
                    "text/event-stream",
                    json!({ "type": "string", "x-event": message }),
                    "Events; each data: line is one message.".into(),
                )
            }
            Shape::Unary | Shape::Upload { .. } => {
                let description = self.comments.at(&output.parent_file(), output.path());
                ("application/json", self.schemas.message(&output), description)
            }
        };
        let description = if description.is_empty() { "Done.".to_owned() } else { description };
        json!({ "description": description, "content": { media: { "schema": schema } } })
    }
}

/// The access option in words.
fn who(access: &Access) -> String {
    let mut who = Vec::new();
    if access.anyone {
        who.push("anyone".to_owned());
    }
    if access.signed_in {
        who.push("every signed-in account".to_owned());
    }
    if access.super_admin || access.admin_with.is_some() {
        who.push("the company's super admin".to_owned());
    }
    match access.admin_with.as_deref() {
        Some("*") => who.push("its admins".to_owned()),
        Some(permission) => who.push(format!("its admins with `{permission}`")),
        None => {}
    }
    who.extend(
        access
            .operators
            .iter()
            .map(|role| if role == "*" { "operators".into() } else { format!("operators `{role}`") }),
    );
    who.extend(access.scopes.iter().map(|scope| format!("service clients with `{scope}`")));
    let embedded = if access.embedded_only { " (embedded mode only)" } else { "" };
    if who.is_empty() { format!("nobody{embedded}") } else { format!("{}{embedded}", who.join(", ")) }
}
