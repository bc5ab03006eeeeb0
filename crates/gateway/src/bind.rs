//! From a request's path, query and JSON body to the RPC's message, by its descriptor (GW-1). Nothing unknown is
//! taken silently, and every violation is named at once, never repeating what was sent (S25, S66).

use std::collections::{BTreeMap, HashSet};

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use serde_json::{Map, Value as Json};

/// No more violations than this are told.
const MOST: usize = 50;

/// What is wrong with a request, field by field.
#[derive(Debug, Default)]
pub(crate) struct Wrong(Vec<(String, String)>);

impl Wrong {
    pub fn add(&mut self, field: impl Into<String>, why: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push((field.into(), why.into()));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_violations(self) -> Vec<(String, String)> {
        self.0
    }
}

/// The fields on the way to `a.b`, by protobuf or JSON names; all but the last hold one message.
pub(crate) fn field_at(message: &MessageDescriptor, path: &str) -> Option<Vec<FieldDescriptor>> {
    let mut at = Some(message.clone());
    path.split('.')
        .map(|name| {
            let field = named(&at.take()?, name)?;
            at = field.kind().as_message().filter(|m| !field.is_list() && !field.is_map() && !is_plain(m)).cloned();
            Some(field)
        })
        .collect()
}

/// Reads JSON into a message.
pub(crate) fn json(message: &MessageDescriptor, json: Json, wrong: &mut Wrong) -> DynamicMessage {
    match json {
        Json::Object(members) => object(message, members, "", wrong),
        _ => {
            wrong.add("", "The body must be a JSON object.");
            DynamicMessage::new(message.clone())
        }
    }
}

/// Reads JSON into one field of a message.
pub(crate) fn json_field(message: &mut DynamicMessage, field: &FieldDescriptor, json: Json, wrong: &mut Wrong) {
    if let Some(value) = value(field, json, field.name(), wrong) {
        message.set_field(field, value);
    }
}

/// Puts the path's values in; the body may repeat them but not contradict them.
pub(crate) fn path(message: &mut DynamicMessage, bound: &[(&str, String)], wrong: &mut Wrong) {
    for (name, text) in bound {
        let Some(fields) = field_at(&message.descriptor(), name) else { continue };
        let Some(value) = from_text(&fields, &[text.as_str()], name, wrong) else { continue };
        if peek(message, &fields).is_some_and(|already| already != value) {
            wrong.add(*name, "The body says otherwise than the path.");
        } else {
            put(message, &fields, value);
        }
    }
}

/// Puts the query's values in; `taken` are the fields that path and body give.
pub(crate) fn query(message: &mut DynamicMessage, pairs: &[(String, String)], taken: &[&str], wrong: &mut Wrong) {
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, text) in pairs {
        fields.entry(name).or_default().push(text);
    }
    for (name, texts) in fields {
        let Some(path) = field_at(&message.descriptor(), name) else {
            wrong.add(name, "There is no such parameter.");
            continue;
        };
        let proto_name = path.iter().map(|f| f.name()).collect::<Vec<_>>().join(".");
        if taken.iter().any(|t| proto_name == *t || proto_name.starts_with(&format!("{t}."))) {
            wrong.add(proto_name, "This is already given by the path or the body.");
        } else if let Some(value) = from_text(&path, &texts, &proto_name, wrong) {
            put(message, &path, value);
        }
    }
}

fn named(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message.get_field_by_json_name(name).or_else(|| message.get_field_by_name(name))
}

/// Messages that protobuf JSON writes in a way of their own (`Timestamp` as text …).
fn is_plain(message: &MessageDescriptor) -> bool {
    message.full_name().starts_with("google.protobuf.")
}

fn object(message: &MessageDescriptor, members: Map<String, Json>, at: &str, wrong: &mut Wrong) -> DynamicMessage {
    let mut read = DynamicMessage::new(message.clone());
    let mut seen = HashSet::new();
    for (name, json) in members {
        let Some(field) = named(message, &name) else {
            wrong.add(join(at, &clip(&name)), "There is no such field.");
            continue;
        };
        let at = join(at, field.name());
        if !seen.insert(field.number()) {
            wrong.add(at, "This is given twice.");
            continue;
        }
        if json.is_null() {
            continue;
        }
        if let Some(group) = field.containing_oneof()
            && group.fields().any(|sibling| sibling != field && read.has_field(&sibling))
        {
            wrong.add(at, format!("Give only one of `{}`.", group.name()));
            continue;
        }
        if let Some(value) = value(&field, json, &at, wrong) {
            read.set_field(&field, value);
        }
    }
    read
}

fn value(field: &FieldDescriptor, json: Json, at: &str, wrong: &mut Wrong) -> Option<Value> {
    let kind = field.kind();
    let Some(inner) = kind.as_message().filter(|m| !field.is_map() && !is_plain(m)) else {
        return plain(field, json, at, wrong);
    };
    match json {
        Json::Array(items) if field.is_list() => {
            let items = items.into_iter().enumerate().map(|(n, item)| {
                let at = format!("{at}[{n}]");
                match item {
                    Json::Object(members) => Value::Message(object(inner, members, &at, wrong)),
                    _ => {
                        wrong.add(at, "This must be an object.");
                        Value::Message(DynamicMessage::new(inner.clone()))
                    }
                }
            });
            Some(Value::List(items.collect()))
        }
        Json::Object(members) if !field.is_list() => Some(Value::Message(object(inner, members, at, wrong))),
        _ => {
            wrong.add(at, if field.is_list() { "This must be a list of objects." } else { "This must be an object." });
            None
        }
    }
}

/// One value by protobuf JSON's own rules: a message of this one field is read, and the field taken out.
fn plain(field: &FieldDescriptor, json: Json, at: &str, wrong: &mut Wrong) -> Option<Value> {
    if has_nul(&json) {
        wrong.add(at, "This must not contain the character U+0000.");
        return None;
    }
    let json = if is_mask(field) { camel(json) } else { json };
    let alone = Json::Object(Map::from_iter([(field.json_name().to_owned(), json)]));
    match DynamicMessage::deserialize(field.parent_message().clone(), alone) {
        Ok(mut message) => {
            let value = message.take_field(field).unwrap_or_else(|| field.default_value());
            if is_unnamed(field, &value) {
                wrong.add(at, expected(field));
                return None;
            }
            Some(value)
        }
        Err(_) => {
            wrong.add(at, expected(field));
            None
        }
    }
}

/// Protobuf JSON lets any number pass for an enum; one that has no name asks for what nobody knows.
fn is_unnamed(field: &FieldDescriptor, value: &Value) -> bool {
    let kind = field.kind();
    let Some(names) = kind.as_enum() else { return false };
    let unnamed = |value: &Value| value.as_enum_number().is_some_and(|number| names.get_value(number).is_none());
    match value {
        Value::List(items) => items.iter().any(unnamed),
        one => unnamed(one),
    }
}

/// A field mask names fields; protobuf JSON knows only their camelCase names, we take both.
fn is_mask(field: &FieldDescriptor) -> bool {
    field.kind().as_message().is_some_and(|message| message.full_name() == "google.protobuf.FieldMask")
}

fn camel(json: Json) -> Json {
    let Json::String(text) = json else { return json };
    let mut after_underscore = false;
    let letters = text.chars().filter_map(|letter| {
        let upper = std::mem::replace(&mut after_underscore, letter == '_');
        (letter != '_').then(|| if upper { letter.to_ascii_uppercase() } else { letter })
    });
    Json::String(letters.collect())
}

fn from_text(path: &[FieldDescriptor], texts: &[&str], at: &str, wrong: &mut Wrong) -> Option<Value> {
    let field = path.last()?;
    let mut each = texts.iter().map(|text| match field.kind() {
        Kind::Bool if *text == "true" => Json::Bool(true),
        Kind::Bool if *text == "false" => Json::Bool(false),
        Kind::Enum(_) => text.parse::<i32>().map_or_else(|_| (*text).into(), Json::from),
        _ => (*text).into(),
    });
    let json = match (field.is_list(), texts.len()) {
        (true, _) => Json::Array(each.collect()),
        (false, 1) => each.next()?,
        _ => {
            wrong.add(at, "This is given twice.");
            return None;
        }
    };
    plain(field, json, at, wrong)
}

fn put(message: &mut DynamicMessage, path: &[FieldDescriptor], value: Value) {
    match path {
        [] => {}
        [last] => message.set_field(last, value),
        [first, rest @ ..] => {
            if let Some(inner) = message.get_field_mut(first).as_message_mut() {
                put(inner, rest, value);
            }
        }
    }
}

fn peek(message: &DynamicMessage, path: &[FieldDescriptor]) -> Option<Value> {
    match path {
        [] => None,
        [last] => message.has_field(last).then(|| message.get_field(last).into_owned()),
        [first, rest @ ..] => {
            let inner = message.has_field(first).then(|| message.get_field(first))?;
            peek(inner.as_message()?, rest)
        }
    }
}

fn has_nul(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(has_nul),
        Json::Object(members) => members.iter().any(|(name, json)| name.contains('\0') || has_nul(json)),
        _ => false,
    }
}

fn expected(field: &FieldDescriptor) -> String {
    let one = match field.kind() {
        Kind::Bool => "true or false".to_owned(),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => "a whole number of 32 bits".to_owned(),
        Kind::Uint32 | Kind::Fixed32 => "a whole number of 32 bits, not negative".to_owned(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => "a whole number of 64 bits".to_owned(),
        Kind::Uint64 | Kind::Fixed64 => "a whole number of 64 bits, not negative".to_owned(),
        Kind::Float | Kind::Double => "a number".to_owned(),
        Kind::String => "a text".to_owned(),
        Kind::Bytes => "bytes in base64".to_owned(),
        Kind::Enum(names) => {
            let names = names.values().filter(|v| v.number() != 0).map(|v| v.name().to_owned()).collect::<Vec<_>>();
            format!("one of {}", names.join(", "))
        }
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => "an instant such as 2026-01-31T09:00:00+09:00".to_owned(),
            "google.protobuf.Duration" => "a duration in seconds such as 90s".to_owned(),
            "google.protobuf.FieldMask" => "names of fields, with commas between".to_owned(),
            _ => "an object".to_owned(),
        },
    };
    match (field.is_map(), field.is_list()) {
        (true, _) => "This must be an object of values.".to_owned(),
        (_, true) => format!("This must be a list; each item {one}."),
        _ => format!("This must be {one}."),
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn clip(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests;
