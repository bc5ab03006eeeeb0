//! The API as one page to browse (GW-2), made once from the OpenAPI document: no script, nothing from elsewhere.

use std::fmt::Write as _;

use serde_json::Value;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --quiet: #8889 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
nav a { margin-right: .9rem; white-space: nowrap } h2 { margin-top: 3rem }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .4rem 0; padding: .4rem .8rem }
summary { cursor: pointer } code, b.verb { font: 14px/1.4 ui-monospace, monospace }
b.verb { display: inline-block; min-width: 4rem } table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
td, th { text-align: left; vertical-align: top; border-top: 1px solid var(--line); padding: .25rem .6rem .25rem 0 }
p, td { white-space: pre-line } .quiet { opacity: .7 }";

/// The page.
pub(crate) fn page(openapi: &Value) -> String {
    let mut html = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Dure API</title>");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width\"><style>");
    html.push_str(STYLE);
    html.push_str("</style><h1>Dure API</h1><p>");
    html.push_str(&escape(text(&openapi["info"]["description"])));
    html.push_str("</p><p><a href=\"/openapi.json\">openapi.json</a> · <a href=\"#schemas\">Messages</a></p><nav>");
    let tags = openapi["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    for tag in tags {
        let name = escape(text(&tag["name"]));
        let _ = write!(html, "<a href=\"#{name}\">{name}</a> ");
    }
    html.push_str("</nav>");
    for tag in tags {
        let name = text(&tag["name"]);
        let _ = write!(html, "<h2 id=\"{0}\">{0}</h2><p>{1}</p>", escape(name), escape(text(&tag["description"])));
        for (path, verb, operation) in
            operations(openapi).filter(|(_, _, operation)| text(&operation["tags"][0]) == name)
        {
            one(&mut html, path, verb, operation);
        }
    }
    html.push_str("<h2 id=\"schemas\">Messages</h2>");
    for (name, schema) in openapi["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = write!(
            html,
            "<details id=\"{0}\"><summary><code>{0}</code></summary><p>{1}</p>",
            escape(name),
            escape(text(&schema["description"]))
        );
        fields(&mut html, schema);
        html.push_str("</details>");
    }
    html.push_str("</html>");
    html
}

fn operations(openapi: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = openapi["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, verbs)| {
        verbs.as_object().into_iter().flatten().map(move |(verb, operation)| (path.as_str(), verb.as_str(), operation))
    })
}

fn one(html: &mut String, path: &str, verb: &str, operation: &Value) {
    let _ = write!(
        html,
        "<details><summary><b class=\"verb\">{}</b> <code>{}</code> <span class=\"quiet\">{}</span></summary><p>{}</p>",
        escape(&verb.to_ascii_uppercase()),
        escape(path),
        escape(text(&operation["summary"])),
        escape(text(&operation["description"])),
    );
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let named = parameters.iter().filter(|parameter| parameter["name"].is_string()).collect::<Vec<_>>();
    if !named.is_empty() {
        html.push_str("<table>");
        for parameter in named {
            let place = text(&parameter["in"]);
            row(
                html,
                text(&parameter["name"]),
                &parameter["schema"],
                &format!("{place}. {}", text(&parameter["description"])),
            );
        }
        html.push_str("</table>");
    }
    for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        let _ = write!(html, "<p>Body <code>{}</code></p>", escape(media));
        fields(html, &content["schema"]);
    }
    for (media, content) in operation["responses"]["200"]["content"].as_object().into_iter().flatten() {
        let _ = write!(html, "<p>Answer <code>{}</code> {}</p>", escape(media), kind(&content["schema"]));
    }
    let _ = write!(html, "<p class=\"quiet\">gRPC <code>{}</code></p></details>", escape(text(&operation["x-grpc"])));
}

fn fields(html: &mut String, schema: &Value) {
    let Some(properties) = schema["properties"].as_object() else {
        let _ = write!(html, "<p>{}</p>", kind(schema));
        return;
    };
    html.push_str("<table>");
    for (name, property) in properties {
        row(html, name, property, text(&property["description"]));
    }
    html.push_str("</table>");
}

fn row(html: &mut String, name: &str, schema: &Value, description: &str) {
    let _ = write!(html, "<tr><td><code>{}</code><td>{}<td>{}", escape(name), kind(schema), escape(description));
}

/// A type in a word, linked if it is a message.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")) {
        return format!("<a href=\"#{0}\">{0}</a>", escape(name));
    }
    if schema["type"] == "array" {
        return format!("list of {}", kind(&schema["items"]));
    }
    escape(schema["format"].as_str().or(schema["type"].as_str()).unwrap_or("any"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
