//! Every service, RPC, message, field, enum and value in `proto/` has a comment right above it; every RPC says who may
//! call it and over which route, and no two share a route.

use std::collections::BTreeMap;

use crate::{
    Finding,
    tree::{File, Tree},
};

/// An RPC as it stands in a file.
pub struct Rpc<'a> {
    /// Where.
    pub file: &'a File,
    /// On which line.
    pub line: usize,
    /// Its name.
    pub name: &'a str,
    /// The message it takes.
    pub request: &'a str,
    /// From `rpc` to its closing brace.
    pub body: &'a str,
}

/// Every RPC of ours.
pub fn rpcs(tree: &Tree) -> Vec<Rpc<'_>> {
    tree.protos().flat_map(rpcs_in).collect()
}

fn rpcs_in(file: &File) -> Vec<Rpc<'_>> {
    let mut all = Vec::new();
    let mut offset = 0;
    for (line, text) in file.lines() {
        let here = offset;
        offset += text.len() + 1;
        let Some(rest) = text.trim_start().strip_prefix("rpc ") else { continue };
        let Some((name, rest)) = rest.split_once('(') else { continue };
        let request = rest.split(')').next().unwrap_or_default().trim_start_matches("stream ").trim();
        let body = &file.text[here..];
        // The block ends with the first brace that closes a line of its own at the RPC's depth.
        let end = body.find("\n  }").map_or(body.len(), |at| at + 4);
        all.push(Rpc { file, line, name: name.trim(), request, body: &body[..end] });
    }
    all
}

/// See the module.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found: Vec<_> = tree.protos().flat_map(uncommented).collect();
    let mut routes = BTreeMap::<String, String>::new();
    for rpc in rpcs(tree) {
        if !rpc.body.contains("(dure.options.v1.access)") {
            found.push(Finding::new(&rpc.file.path, rpc.line, format!("{} does not say who may call it", rpc.name)));
        }
        let Some(route) = route(rpc.body) else {
            found.push(Finding::new(&rpc.file.path, rpc.line, format!("{} has no HTTP route", rpc.name)));
            continue;
        };
        if let Some(other) = routes.insert(route.clone(), rpc.name.to_owned()) {
            found.push(Finding::new(
                &rpc.file.path,
                rpc.line,
                format!("{} has the route of {other}: {route}", rpc.name),
            ));
        }
    }
    found
}

/// `get /v1/orders/{}`: verb and pattern, whatever its variables are called.
fn route(body: &str) -> Option<String> {
    let option = body.split("(google.api.http)").nth(1)?;
    let verbs = ["get", "post", "put", "patch", "delete"];
    let (at, verb) = verbs.iter().filter_map(|verb| Some((option.find(&format!("{verb}:"))?, *verb))).min()?;
    let pattern = option[at..].split('"').nth(1)?;
    let mut plain = String::new();
    let mut inside = false;
    for letter in pattern.chars() {
        inside = (inside || letter == '{') && letter != '}';
        if !inside {
            plain.push(letter);
        }
    }
    Some(format!("{verb} {plain}"))
}

fn uncommented(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let (mut above, mut depth_of_options) = ("", 0usize);
    for (number, line) in file.lines() {
        let text = line.trim();
        if depth_of_options == 0 && declares(text) && !above.starts_with("//") {
            let name = text.split(['{', '=', ';']).next().unwrap_or(text).trim();
            found.push(Finding::new(&file.path, number, format!("`{name}` has no comment")));
        }
        // Inside an option's braces nothing is declared.
        if text.starts_with("option ") || depth_of_options > 0 {
            let opened = text.matches('{').count() + depth_of_options;
            depth_of_options = opened.saturating_sub(text.matches('}').count());
        }
        if !text.is_empty() {
            above = text;
        }
    }
    found
}

fn declares(text: &str) -> bool {
    if ["syntax", "package", "import", "option", "extend", "reserved", "oneof", "//", "}", "]"]
        .iter()
        .any(|w| text.starts_with(w))
    {
        return false;
    }
    let block = ["message ", "enum ", "service ", "rpc "].iter().any(|w| text.starts_with(w));
    let numbered = text.split_once('=').is_some_and(|(name, number)| {
        let number = number.trim_start().split([';', ' ', '[']).next().unwrap_or_default();
        let words = name.split_whitespace().count();
        (1..=4).contains(&words) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    });
    block || numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROTO: &str = r#"// Orders.
syntax = "proto3";
// Orders.
service OrderService {
  // Places one.
  rpc PlaceOrder(PlaceOrderRequest) returns (Order) {
    option (google.api.http) = {post: "/v1/orders" body: "*"};
    option (dure.options.v1.access) = {super_admin: true};
  }
  rpc Sneak(stream SneakRequest) returns (Order) {
    option (google.api.http) = {
      post: "/v1/orders"
      body: "*"
    };
  }
}
// One.
message Order {
  // Its id.
  string order_id = 1;
  map<string, int64> options = 2;
}
enum Kind {
  // Never sent.
  KIND_UNSPECIFIED = 0;
  KIND_NEW = 1;
}
"#;

    #[test]
    fn what_has_no_comment_access_or_route_of_its_own_is_found() {
        let tree = Tree::of(&[("proto/dure/billing/v1/order.proto", PROTO)]);
        let found: Vec<_> = check(&tree).into_iter().map(|f| (f.line, f.what)).collect();
        let expected = [
            (10, "`rpc Sneak(stream SneakRequest) returns (Order)` has no comment"),
            (21, "`map<string, int64> options` has no comment"),
            (23, "`enum Kind` has no comment"),
            (26, "`KIND_NEW` has no comment"),
            (10, "Sneak does not say who may call it"),
            (10, "Sneak has the route of PlaceOrder: post /v1/orders"),
        ];
        assert_eq!(found, expected.map(|(line, what)| (line, what.to_owned())));
        assert_eq!(rpcs(&tree)[1].request, "SneakRequest");
    }

    #[test]
    fn variables_of_any_name_are_one_route() {
        let body = r#"option (google.api.http) = {get: "/v1/orders/{order_id}:pay"};"#;
        assert_eq!(route(body).unwrap(), "get /v1/orders/}:pay");
    }
}
