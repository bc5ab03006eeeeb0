//! One call by name: JSON in, JSON out, by the descriptors in `contract`.

use std::{fmt, time::Duration};

use contract::Dynamic;
use prost_reflect::{DynamicMessage, Kind, MethodDescriptor, SerializeOptions};
use serde_json::{Value, json};
use tonic::{
    Code, Request, Status,
    client::Grpc,
    metadata::MetadataValue,
    transport::{Channel, Endpoint},
};
use tonic_types::StatusExt as _;
use uuid::Uuid;

/// Until an answer must be there; proofs read whole ledgers.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a command did not do what it should.
#[derive(Debug)]
pub enum Failure {
    /// Dure said no.
    Refused(Box<Status>),
    /// The command makes no sense.
    Usage(String),
    /// A proof does not hold.
    Unproven(String),
    /// Dure is not reached, or is broken.
    Away(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = match self {
            Self::Usage(text) | Self::Unproven(text) | Self::Away(text) => return f.write_str(text),
            Self::Refused(status) => status,
        };
        match status.get_details_error_info() {
            Some(info) => write!(f, "{}: {}", info.reason, status.message())?,
            None => write!(f, "{:?}: {}", status.code(), status.message())?,
        }
        for violation in status.get_details_bad_request().into_iter().flat_map(|request| request.field_violations) {
            write!(f, "\n  {}: {}", violation.field, violation.description)?;
        }
        Ok(())
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::Unavailable | Code::Internal | Code::Unknown | Code::DataLoss | Code::DeadlineExceeded => {
                Self::Away(Self::Refused(Box::new(status)).to_string())
            }
            _ => Self::Refused(Box::new(status)),
        }
    }
}

/// A connection to Dure, as somebody or as nobody.
pub struct Client {
    channel: Channel,
    token: Option<String>,
    request_id: Option<Uuid>,
}

impl Client {
    /// Connects.
    pub async fn to(url: &str, token: Option<String>, request_id: Option<Uuid>) -> Result<Self, Failure> {
        let endpoint =
            Endpoint::from_shared(url.to_owned()).map_err(|_| Failure::Usage(format!("{url} is not an address")))?;
        let channel = endpoint.connect_timeout(Duration::from_secs(5)).connect().await;
        let channel = channel.map_err(|_| Failure::Away(format!("nothing answers at {url}; is Dure running?")))?;
        Ok(Self { channel, token, request_id })
    }

    /// Calls the RPC of this name and gives its one answer.
    pub async fn call(&self, rpc: &str, message: Value) -> Result<Value, Failure> {
        let rpc = find(rpc)?;
        if rpc.is_client_streaming() || rpc.is_server_streaming() {
            return Err(Failure::Usage(format!("{} is a stream", rpc.full_name())));
        }
        let request = self.request(&rpc, message)?;
        let answer = self.grpc().await?.unary(request, path(&rpc), Dynamic::client(&rpc)).await?;
        Ok(to_json(answer.get_ref()))
    }

    /// Calls the RPC of this name and hands over each of its answers.
    pub async fn each(&self, rpc: &str, message: Value, mut hand_over: impl FnMut(Value)) -> Result<(), Failure> {
        let rpc = find(rpc)?;
        if rpc.is_client_streaming() {
            return Err(Failure::Usage(format!("{} takes a file; send it over HTTP", rpc.full_name())));
        }
        let request = self.request(&rpc, message)?;
        let mut answers =
            self.grpc().await?.server_streaming(request, path(&rpc), Dynamic::client(&rpc)).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            hand_over(to_json(&answer));
        }
        Ok(())
    }

    async fn grpc(&self) -> Result<Grpc<Channel>, Failure> {
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.map_err(|error| Failure::Away(error.to_string()))?;
        Ok(grpc)
    }

    fn request(&self, rpc: &MethodDescriptor, mut message: Value) -> Result<Request<DynamicMessage>, Failure> {
        self.claim(rpc, &mut message);
        let message = DynamicMessage::deserialize(rpc.input(), message)
            .map_err(|error| Failure::Usage(format!("this is not a {}: {error}", rpc.input().name())))?;
        let mut request = Request::new(message);
        request.set_timeout(PATIENCE);
        if let Some(token) = &self.token {
            let bearer = MetadataValue::try_from(format!("Bearer {token}"));
            request
                .metadata_mut()
                .insert("authorization", bearer.map_err(|_| Failure::Usage("this is not a token".into()))?);
        }
        Ok(request)
    }

    /// A write without a request id gets one.
    fn claim(&self, rpc: &MethodDescriptor, message: &mut Value) {
        let writes = rpc.input().get_field_by_name("request_id").is_some_and(|field| field.kind() == Kind::String);
        if let Some(members) = message.as_object_mut()
            && writes
            && !members.contains_key("request_id")
            && !members.contains_key("requestId")
        {
            members.insert("request_id".into(), json!(self.request_id.unwrap_or_else(Uuid::new_v4)));
        }
    }
}

/// The RPC of this name: `LotService/VerifyLedger`, with or without its package.
fn find(name: &str) -> Result<MethodDescriptor, Failure> {
    let mut found = contract::methods().filter(|rpc| {
        let full = format!("{}/{}", rpc.parent_service().full_name(), rpc.name());
        full == name || full.strip_suffix(name).is_some_and(|before| before.ends_with('.'))
    });
    match (found.next(), found.next()) {
        (Some(rpc), None) => Ok(rpc),
        (Some(_), Some(_)) => Err(Failure::Usage(format!("more than one RPC is called {name}; add its package"))),
        _ => Err(Failure::Usage(format!("there is no RPC {name}; `durectl rpcs` lists them"))),
    }
}

/// True if the RPC of this name answers with a stream.
pub fn streams(name: &str) -> Result<bool, Failure> {
    find(name).map(|rpc| rpc.is_server_streaming())
}

fn path(rpc: &MethodDescriptor) -> tonic::codegen::http::uri::PathAndQuery {
    format!("/{}/{}", rpc.parent_service().full_name(), rpc.name())
        .parse()
        .expect("names of protobuf are fit for a path")
}

fn to_json(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().skip_default_fields(false);
    message.serialize_with_options(serde_json::value::Serializer, &options).expect("a decoded message is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rpc_is_found_with_or_without_its_package() {
        for name in
            ["LotService/VerifyLedger", "voucher.v1.LotService/VerifyLedger", "dure.voucher.v1.LotService/VerifyLedger"]
        {
            assert_eq!(find(name).unwrap().full_name(), "dure.voucher.v1.LotService.VerifyLedger");
        }
        for wrong in ["VerifyLedger", "otService/VerifyLedger", "", "LotService/Nothing"] {
            assert!(matches!(find(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn every_rpc_a_command_names_is_there() {
        let commands = [
            include_str!("command.rs"),
            include_str!("command/deposits.rs"),
            include_str!("command/policy.rs"),
            include_str!("command/review.rs"),
        ];
        for line in commands.concat().lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in line.split('"').filter(|word| word.contains("Service/")) {
                assert!(find(word).is_ok(), "{word}");
            }
        }
    }
}
