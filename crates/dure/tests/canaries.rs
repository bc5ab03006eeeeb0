//! S56: every RPC of `proto/` is called with words that must never be seen again, as every kind of text it takes, by
//! everybody who may and some who may not; none of them stands in any log, also where Dure's own crates log all they can.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use boot::{Running, Service, Start, settings::Sources, token};
use flow::{Caller, Clock, LocalBus};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use testkit::callers;
use tonic::{Request, codegen::http::uri::PathAndQuery, metadata::MetadataValue, transport::Channel};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};
use uuid::Uuid;

/// A secret, a phone, an address, a name.
const CANARIES: [&str; 4] = ["Canary-7Qx-Secret-19", "01000007777", "canary7qx@dure.example", "김카나리아"];
/// Messages are filled down to this depth.
const DEPTH: usize = 5;
const LOG: &str =
    "info,flow=trace,boot=trace,identity=trace,billing=trace,membership=trace,voucher=trace,notification=trace";

/// All that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
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

async fn run<S: Service>(start: &Start) -> Running {
    Running::start::<S>(start).await.unwrap()
}

// S56, OP-6
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_any_rpc_is_in_no_log() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(LOG))
        .with_ansi(false)
        .with_writer(log.clone())
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::NEW)
        .init();
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

    let company = callers::company();
    let who = [
        callers::anyone(),
        callers::individual(),
        callers::super_admin(company),
        callers::operator(&["reviewer", "billing", "support"]),
        callers::client(&["voucher.redeem"]),
    ];
    let mut calls = 0;
    for method in contract::methods() {
        let context = method.full_name().split('.').nth(1).unwrap().to_owned();
        let service = services.iter().find(|s| s.name == context).unwrap_or(&services[0]);
        let channel = Channel::from_shared(format!("http://{}", service.address)).unwrap().connect_lazy();
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        for caller in &who {
            for canary in CANARIES {
                call(&channel, &signer, &path, filled(&method.input(), canary, 0), caller).await;
                calls += 1;
            }
        }
    }
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(calls > 2_000 && log.lines().count() > calls / 2, "{calls} calls left {} lines", log.lines().count());
    let seen: Vec<&str> =
        log.lines().filter(|line| CANARIES.iter().any(|canary| line.contains(canary))).take(5).collect();
    assert!(seen.is_empty(), "{seen:#?}");
    assert!(!log.contains("panicked"), "{:?}", log.lines().find(|line| line.contains("panicked")));
}

async fn call(channel: &Channel, signer: &token::TokenSigner, path: &str, message: DynamicMessage, caller: &Caller) {
    let mut request = Request::new(message);
    if let Some(claims) = token::Claims::of(caller) {
        let token = signer.sign(token::ACCESS, &claims, Clock::system().now(), chrono::Duration::minutes(10));
        request.metadata_mut().insert("authorization", MetadataValue::try_from(format!("Bearer {token}")).unwrap());
    }
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<DynamicMessage, ()>::default();
    let path = PathAndQuery::try_from(path).unwrap();
    let call = async { client.server_streaming(request, path, codec).await?.into_inner().message().await.map(drop) };
    let _: Option<Result<(), tonic::Status>> = tokio::time::timeout(Duration::from_secs(2), call).await.ok();
}
