//! What holds for every RPC of `proto/`, by reflection: so it holds for those that come later, too.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

mod request_ids;
mod secrets;

use std::{sync::Arc, time::Duration};

use boot::{Running, Service, Start, settings::Sources, token};
use flow::{Caller, Clock, LocalBus};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value};
use testkit::callers;
use tonic::{Request, Status, codegen::http::uri::PathAndQuery, metadata::MetadataValue, transport::Channel};
use uuid::Uuid;

/// Messages are filled down to this depth.
const DEPTH: usize = 5;

/// Every service, and who calls them.
struct Stage {
    services: [Running; 5],
    signer: token::TokenSigner,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut common = Sources::load("").unwrap().common().unwrap();
        common.data_dir = folder.path().to_owned();
        common.listen.grpc.set_port(0);
        let signer = token::TokenSigner::new(common.keys.seed().unwrap());
        let start = Start { common, clock: Clock::system(), bus: Arc::new(LocalBus::new()) };
        let services = [
            run::<identity::Identity>(&start).await,
            run::<billing::Billing>(&start).await,
            run::<membership::Membership>(&start).await,
            run::<voucher::Voucher>(&start).await,
            run::<notification::Notification>(&start).await,
        ];
        Self { services, signer, _folder: folder }
    }

    /// One message; the first answer, or the refusal. `None`: it took longer than two seconds.
    async fn call(
        &self,
        method: &MethodDescriptor,
        message: DynamicMessage,
        caller: &Caller,
    ) -> Option<Result<(), Status>> {
        let context = method.full_name().split('.').nth(1).unwrap();
        let service = self.services.iter().find(|s| s.name == context).unwrap_or(&self.services[0]);
        let channel = Channel::from_shared(format!("http://{}", service.address)).unwrap().connect_lazy();
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let mut request = Request::new(message);
        if let Some(claims) = token::Claims::of(caller) {
            let now = Clock::system().now();
            let token = self.signer.sign(token::ACCESS, &claims, now, chrono::Duration::minutes(10));
            request.metadata_mut().insert("authorization", MetadataValue::try_from(format!("Bearer {token}")).unwrap());
        }
        let mut client = tonic::client::Grpc::new(channel);
        client.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<DynamicMessage, ()>::default();
        let path = PathAndQuery::try_from(path).unwrap();
        let call =
            async { client.server_streaming(request, path, codec).await?.into_inner().message().await.map(drop) };
        tokio::time::timeout(Duration::from_secs(2), call).await.ok()
    }
}

async fn run<S: Service>(start: &Start) -> Running {
    Running::start::<S>(start).await.unwrap()
}

/// Everybody who may call something.
fn everybody() -> [Caller; 5] {
    [
        callers::anyone(),
        callers::individual(),
        callers::super_admin(callers::company()),
        callers::operator(&["reviewer", "billing", "support"]),
        callers::client(&[
            "voucher.redeem",
            "membership.admit",
            "membership.check",
            "membership.consume",
            "membership.report",
        ]),
    ]
}

fn value(field: &FieldDescriptor, kind: &Kind, canary: &str, depth: usize) -> Option<Value> {
    Some(match kind {
        Kind::String if field.name() == "request_id" => Value::String(Uuid::new_v4().to_string()),
        Kind::String => Value::String(canary.to_owned()),
        Kind::Bytes => Value::Bytes(canary.as_bytes().to_vec().into()),
        Kind::Bool => Value::Bool(true),
        Kind::Enum(of) => Value::EnumNumber(of.values().map(|value| value.number()).max().unwrap_or(0)),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(7),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(7),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(7),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(7),
        Kind::Message(of) if depth < DEPTH => Value::Message(filled(of, canary, depth + 1)),
        _ => return None,
    })
}

fn filled(of: &MessageDescriptor, canary: &str, depth: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(of.clone());
    for field in of.fields().filter(|field| !field.is_map()) {
        let Some(one) = value(&field, &field.kind(), canary, depth) else { continue };
        message.set_field(&field, if field.is_list() { Value::List(vec![one]) } else { one });
    }
    message
}
