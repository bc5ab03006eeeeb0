//! JSON schemas of messages as protobuf JSON writes them, each once, with the comments of `proto/`.

use std::collections::{BTreeMap, HashMap};

use prost_reflect::{DescriptorPool, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use crate::answer::google_rpc;

/// The comments in `proto/`, by file and place.
pub(super) struct Comments(HashMap<(String, Vec<i32>), String>);

impl Comments {
    pub fn of(pool: Option<&DescriptorPool>) -> Self {
        let mut comments = HashMap::new();
        for file in pool.into_iter().flat_map(DescriptorPool::files) {
            let proto = file.file_descriptor_proto();
            for place in proto.source_code_info.iter().flat_map(|info| &info.location) {
                if let Some(comment) = place.leading_comments.as_deref() {
                    let lines = comment.lines().map(str::trim).collect::<Vec<_>>().join("\n");
                    comments.insert((file.name().to_owned(), place.path.clone()), lines.trim().to_owned());
                }
            }
        }
        Self(comments)
    }

    pub fn at(&self, file: &FileDescriptor, path: &[i32]) -> String {
        self.0.get(&(file.name().to_owned(), path.to_vec())).cloned().unwrap_or_default()
    }
}

/// The schemas gathered so far.
pub(super) struct Schemas<'c> {
    comments: &'c Comments,
    found: BTreeMap<String, Value>,
}

impl<'c> Schemas<'c> {
    pub fn new(comments: &'c Comments) -> Self {
        let mut schemas = Self { comments, found: BTreeMap::new() };
        schemas.errors();
        schemas
    }

    pub fn finish(self) -> BTreeMap<String, Value> {
        self.found
    }

    /// A reference to a message's schema, which is written once.
    pub fn message(&mut self, message: &MessageDescriptor) -> Value {
        if let Some(plain) = well_known(message.full_name()) {
            return plain;
        }
        let name = message.full_name().trim_start_matches("dure.").to_owned();
        if !self.found.contains_key(&name) {
            self.found.insert(name.clone(), Value::Null); // a message may hold itself
            let schema = self.object(message, &[]);
            self.found.insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// What a body of this message may hold: all but what the path gives, and nothing else.
    pub fn request(&mut self, message: &MessageDescriptor, in_path: &[&str]) -> Value {
        let mut schema = self.object(message, in_path);
        schema["additionalProperties"] = Value::Bool(false);
        schema
    }

    fn object(&mut self, message: &MessageDescriptor, without: &[&str]) -> Value {
        let mut properties = Map::new();
        for field in message.fields().filter(|field| !without.contains(&field.name())) {
            let mut schema = self.field(&field);
            let mut comment = self.comments.at(&message.parent_file(), field.path());
            if let Some(group) = field.containing_oneof().filter(|group| !group.is_synthetic()) {
                comment = format!("{comment} (At most one of `{}`.)", group.name());
            }
            if !comment.is_empty() {
                schema["description"] = comment.trim().into();
            }
            properties.insert(field.json_name().to_owned(), schema);
        }
        json!({
            "type": "object",
            "description": self.comments.at(&message.parent_file(), message.path()),
            "properties": properties,
        })
    }

    /// The schema of one field.
    pub fn field(&mut self, field: &FieldDescriptor) -> Value {
        if field.is_map() {
            let kind = field.kind();
            let value = kind.as_message().map(|entry| entry.map_entry_value_field());
            return json!({ "type": "object", "additionalProperties": value.map(|v| self.field(&v)) });
        }
        let one = match field.kind() {
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
            Kind::Uint32 | Kind::Fixed32 => json!({ "type": "integer", "format": "int32", "minimum": 0 }),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                json!({ "type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$" })
            }
            Kind::Uint64 | Kind::Fixed64 => json!({ "type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$" }),
            Kind::Float | Kind::Double => json!({ "type": "number" }),
            Kind::String => json!({ "type": "string" }),
            Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
            Kind::Enum(names) => self.names(&names),
            Kind::Message(message) => self.message(&message),
        };
        if field.is_list() { json!({ "type": "array", "items": one }) } else { one }
    }

    fn names(&mut self, names: &EnumDescriptor) -> Value {
        let key = names.full_name().trim_start_matches("dure.").to_owned();
        if !self.found.contains_key(&key) {
            let mut lines = vec![self.comments.at(&names.parent_file(), names.path())];
            for value in names.values() {
                lines.push(format!("- `{}`: {}", value.name(), self.comments.at(&names.parent_file(), value.path())));
            }
            let all = names.values().map(|value| value.name().to_owned()).collect::<Vec<_>>();
            self.found.insert(key.clone(), json!({ "type": "string", "enum": all, "description": lines.join("\n") }));
        }
        json!({ "$ref": format!("#/components/schemas/{key}") })
    }

    /// `google.rpc.Status` and the details Dure sends.
    fn errors(&mut self) {
        let details = ["ErrorInfo", "BadRequest", "LocalizedMessage", "RetryInfo"].map(|name| {
            let message = google_rpc().get_message_by_name(&format!("google.rpc.{name}"));
            let mut schema = message.map_or(Value::Null, |message| self.object(&message, &[]));
            schema["properties"]["@type"] = json!({ "const": format!("type.googleapis.com/google.rpc.{name}") });
            schema["required"] = json!(["@type"]);
            schema
        });
        let status = json!({
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": { "type": "integer", "description": "The gRPC code." },
                "message": { "type": "string", "description": "What to do now, in English." },
                "details": {
                    "type": "array",
                    "description": "Exactly one ErrorInfo with the stable reason; the field violations; the sentence in Korean and English.",
                    "items": { "anyOf": details },
                },
            },
        });
        self.found.insert("google.rpc.Status".to_owned(), status);
    }
}

/// The types that protobuf JSON writes in a way of their own.
fn well_known(name: &str) -> Option<Value> {
    Some(match name.strip_prefix("google.protobuf.")? {
        "Timestamp" => json!({ "type": "string", "format": "date-time" }),
        "Duration" => json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?s$" }),
        "FieldMask" => json!({ "type": "string" }),
        "Empty" | "Struct" => json!({ "type": "object" }),
        "ListValue" => json!({ "type": "array" }),
        "BoolValue" => json!({ "type": ["boolean", "null"] }),
        "StringValue" | "BytesValue" | "Int64Value" | "UInt64Value" => json!({ "type": ["string", "null"] }),
        "Int32Value" | "UInt32Value" => json!({ "type": ["integer", "null"] }),
        "Any" => json!({ "type": "object", "required": ["@type"], "properties": { "@type": { "type": "string" } } }),
        _ => json!({}),
    })
}
