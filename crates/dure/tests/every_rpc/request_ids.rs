//! S42: every RPC that writes asks for a request id, names the field to whoever may call it, and does nothing without one.

use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{Stage, everybody, filled};

/// Where the message carries it: at its top, or in the head of what is streamed.
fn with_id(method: &MethodDescriptor, id: &str) -> Option<DynamicMessage> {
    let mut message = filled(&method.input(), "x", 0);
    if message.get_field_by_name("request_id").is_some() {
        message.set_field_by_name("request_id", Value::String(id.to_owned()));
        return Some(message);
    }
    let head = method.input().get_field_by_name("head")?;
    let mut head = filled(head.kind().as_message()?, "x", 0);
    head.try_set_field_by_name("request_id", Value::String(id.to_owned())).ok()?;
    message.set_field_by_name("head", Value::Message(head));
    Some(message)
}

fn names_the_field(no: &Status) -> bool {
    let violations = no.get_error_details().bad_request().map(|b| b.field_violations.clone()).unwrap_or_default();
    violations.iter().any(|v| v.field == "request_id" && v.description.starts_with("REQUEST_ID_MISSING"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_asks_for_a_request_id() {
    // S42
    let stage = Stage::set().await;
    let (mut writes, mut wrong) = (0, Vec::new());
    for method in contract::methods() {
        for id in ["", "not-a-uuid"] {
            let Some(message) = with_id(&method, id) else { continue };
            let mut told = false;
            for caller in &everybody() {
                match stage.call(&method, message.clone(), caller).await {
                    Some(Err(no)) if matches!(no.code(), Code::Unauthenticated | Code::PermissionDenied) => {}
                    Some(Err(no)) if names_the_field(&no) => told = true,
                    Some(Err(no)) => wrong.push(format!("{} with \"{id}\": {}", method.full_name(), no.message())),
                    Some(Ok(())) => wrong.push(format!("{} with \"{id}\" was answered", method.full_name())),
                    None => wrong.push(format!("{} with \"{id}\" took too long", method.full_name())),
                }
            }
            if !told {
                wrong.push(format!("{} with \"{id}\": nobody was told", method.full_name()));
            }
            writes += 1;
        }
    }
    assert!(writes > 150, "{writes} writes");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
