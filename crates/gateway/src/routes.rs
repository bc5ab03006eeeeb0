//! Every route there is, read from the `google.api.http` option beside each RPC; nothing about a route is written
//! twice (GW-1).

use std::cmp::Ordering;

use anyhow::{Context as _, anyhow, bail, ensure};
use http::{Method, uri::PathAndQuery};
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use crate::{
    bind,
    template::{Path, Template},
};

/// One way over HTTP to one RPC.
#[derive(Debug)]
pub(crate) struct Route {
    pub method: Method,
    pub template: Template,
    pub body: Body,
    pub rpc: MethodDescriptor,
    pub shape: Shape,
    /// `/dure.billing.v1.OrderService/PlaceOrder`.
    pub grpc_path: PathAndQuery,
    /// `billing`: whose service answers.
    pub context: String,
}

/// Where the HTTP body goes.
#[derive(Debug, PartialEq)]
pub(crate) enum Body {
    /// There is none.
    None,
    /// Into the whole message.
    Whole,
    /// Into this field; the others come from the query.
    Field(FieldDescriptor),
}

/// How an RPC looks over HTTP.
#[derive(Debug, PartialEq)]
pub(crate) enum Shape {
    /// JSON in, JSON out.
    Unary,
    /// The answer is a `google.api.HttpBody`: its bytes, as they are.
    Download,
    /// A stream of answers: server-sent events.
    Watch,
    /// A stream of requests, `{ head | chunk }`: a file.
    Upload { head: FieldDescriptor, chunk: FieldDescriptor },
}

impl Route {
    /// The message whose fields path, query and JSON fill: an upload's head, else the request itself.
    pub fn asked(&self) -> MessageDescriptor {
        match &self.shape {
            Shape::Upload { head, .. } => head.kind().as_message().expect("checked in `shape`").clone(),
            _ => self.rpc.input(),
        }
    }
}

/// All routes, in the order of trying them.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Route>);

/// What a request's method and path lead to.
pub(crate) enum Found<'t> {
    Route(&'t Route, Vec<(&'t str, String)>),
    /// The path is there, with other methods.
    OtherMethods(Vec<&'t Method>),
    Nothing,
}

impl Routes {
    /// Reads them; fails on an annotation that cannot be served, naming its RPC.
    pub fn of(pool: &DescriptorPool, embedded: bool) -> anyhow::Result<Self> {
        let mut routes: Vec<Route> = Vec::new();
        for service in pool.services().filter(|s| s.full_name().starts_with("dure.")) {
            for rpc in service.methods() {
                if contract::access(&rpc).is_some_and(|access| access.embedded_only) && !embedded {
                    continue;
                }
                for rule in rules(&rpc) {
                    let route = read(&rpc, &rule).with_context(|| format!("the route of {}", rpc.full_name()))?;
                    let twin =
                        routes.iter().find(|r| r.method == route.method && r.template.same_paths(&route.template));
                    if let Some(twin) = twin {
                        bail!(
                            "{} and {} have the same route {}",
                            twin.rpc.full_name(),
                            rpc.full_name(),
                            route.template.text()
                        );
                    }
                    routes.push(route);
                }
            }
        }
        routes.sort_by(|a, b| match a.template.precedence().cmp(&b.template.precedence()) {
            Ordering::Equal => a.template.text().cmp(b.template.text()),
            order => order,
        });
        Ok(Self(routes))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    /// The route for a request. `HEAD` is `GET` without its body, which hyper leaves out.
    pub fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let Some(path) = Path::parse(path) else { return Found::Nothing };
        let mut others = Vec::new();
        for route in &self.0 {
            if let Some(bound) = route.template.matches(&path) {
                if route.method == *method {
                    return Found::Route(route, bound);
                }
                others.push(&route.method);
            }
        }
        if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
    }
}

/// The option beside the RPC and its additional bindings.
fn rules(rpc: &MethodDescriptor) -> Vec<DynamicMessage> {
    let Some(extension) = rpc.parent_pool().get_extension_by_name("google.api.http") else { return Vec::new() };
    let options = rpc.options();
    if !options.has_extension(&extension) {
        return Vec::new();
    }
    let Some(rule) = options.get_extension(&extension).as_message().cloned() else { return Vec::new() };
    let further = rule.get_field_by_name("additional_bindings").and_then(|v| v.as_list().map(<[_]>::to_vec));
    let further = further.unwrap_or_default().into_iter().filter_map(|v| v.as_message().cloned());
    std::iter::once(rule.clone()).chain(further).collect()
}

fn read(rpc: &MethodDescriptor, rule: &DynamicMessage) -> anyhow::Result<Route> {
    let text = |name: &str| {
        let value = rule.get_field_by_name(name).and_then(|v| v.as_str().map(str::to_owned));
        value.filter(|v| !v.is_empty())
    };
    let (method, path) = [
        (Method::GET, "get"),
        (Method::POST, "post"),
        (Method::PUT, "put"),
        (Method::PATCH, "patch"),
        (Method::DELETE, "delete"),
    ]
    .into_iter()
    .find_map(|(method, name)| Some((method, text(name)?)))
    .ok_or_else(|| anyhow!("it has no path"))?;
    ensure!(text("response_body").is_none(), "response_body is not served");

    let template = Template::parse(&path).map_err(|wrong| anyhow!(wrong))?;
    let shape = shape(rpc)?;
    let package = rpc.parent_service().package_name().to_owned();
    let mut route = Route {
        method,
        template,
        body: Body::None,
        shape,
        grpc_path: format!("/{}/{}", rpc.parent_service().full_name(), rpc.name()).parse()?,
        context: package.split('.').nth(1).unwrap_or_default().to_owned(),
        rpc: rpc.clone(),
    };
    route.body = match text("body").as_deref() {
        // An upload's body is the file, whatever the annotation says of it.
        _ if matches!(route.shape, Shape::Upload { .. }) => Body::None,
        None => Body::None,
        Some("*") => Body::Whole,
        Some(name) => Body::Field(
            route.asked().get_field_by_name(name).ok_or_else(|| anyhow!("the message has no field `{name}`"))?,
        ),
    };
    for name in route.template.fields() {
        ensure!(bind::field_at(&route.asked(), name).is_some(), "{} has no field `{name}`", route.asked().full_name());
    }
    Ok(route)
}

fn shape(rpc: &MethodDescriptor) -> anyhow::Result<Shape> {
    match (rpc.is_client_streaming(), rpc.is_server_streaming()) {
        (true, true) => bail!("streams both ways cannot be served over HTTP/JSON"),
        (false, true) => Ok(Shape::Watch),
        (false, false) if rpc.output().full_name() == "google.api.HttpBody" => Ok(Shape::Download),
        (false, false) => Ok(Shape::Unary),
        (true, false) => {
            let field = |name| rpc.input().get_field_by_name(name);
            let head = field("head").filter(|f| f.kind().as_message().is_some() && !f.is_list());
            let chunk = field("chunk").filter(|f| f.kind() == Kind::Bytes && !f.is_list());
            let (head, chunk) = head.zip(chunk).ok_or_else(|| anyhow!("an upload streams `head` and `chunk`"))?;
            Ok(Shape::Upload { head, chunk })
        }
    }
}
