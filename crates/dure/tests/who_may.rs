//! Who may call what (ID-27, S22): every RPC of `proto/` is called by every kind of caller against the running services,
//! and what the access layer answered is compared with `who_may.txt`. A new RPC has no row there, and fails.
//! To accept a change after reading it: `DURE_WRITE=1 cargo test -p dure --test who_may`.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use std::{fmt::Write as _, sync::Arc, time::Duration};

use boot::{Running, Service, Start, settings::Sources, token};
use flow::{Caller, Clock, LocalBus};
use testkit::callers;
use tonic::{Request, Status, codegen::http::uri::PathAndQuery, metadata::MetadataValue, transport::Channel};
use tonic_types::StatusExt as _;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/who_may.txt");

const HEAD: &str = "\
# Who may call what: + passes the access layer, - must sign in, x not this role, c only for companies.
# any: no token · ind: individual · adm: admin without permissions · all: admin with every permission · sup: super admin
# rev/bil/spt: operators (reviewer, billing, support) · srv: service client with every scope
# any ind adm all sup rev bil spt srv
";

fn callers() -> Vec<Caller> {
    let company = callers::company();
    let (mut permissions, mut scopes) = (Vec::new(), Vec::new());
    for access in contract::methods().filter_map(|m| contract::access_of(&path(&m))) {
        permissions.extend(access.admin_with.clone());
        scopes.extend(access.scopes.clone());
    }
    let all =
        |v: &Vec<String>| v.iter().map(String::as_str).filter(|p| *p != "*").map(str::to_owned).collect::<Vec<_>>();
    let (permissions, scopes) = (all(&permissions), all(&scopes));
    vec![
        callers::anyone(),
        callers::individual(),
        callers::admin(company, &[]),
        callers::admin(company, &permissions.iter().map(String::as_str).collect::<Vec<_>>()),
        callers::super_admin(company),
        callers::operator(&["reviewer"]),
        callers::operator(&["billing"]),
        callers::operator(&["support"]),
        callers::client(&scopes.iter().map(String::as_str).collect::<Vec<_>>()),
    ]
}

fn path(method: &prost_reflect::MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

// ID-27
#[test]
fn every_rpc_says_who_may() {
    for method in contract::methods() {
        let access = contract::access_of(&path(&method))
            .unwrap_or_else(|| panic!("{} has no access option", method.full_name()));
        assert_ne!(access, &contract::Access::default(), "{} lets nobody in", method.full_name());
    }
}

// ID-25, ID-27
#[tokio::test(flavor = "multi_thread")]
async fn the_access_layer_lets_through_who_the_matrix_says() {
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

    let mut matrix = HEAD.to_owned();
    let mut methods = contract::methods().collect::<Vec<_>>();
    methods.sort_by_key(|m| m.full_name().to_owned());
    for method in methods {
        let context = method.full_name().split('.').nth(1).unwrap().to_owned();
        let service = services.iter().find(|s| s.name == context).unwrap_or(&services[0]);
        let channel = Channel::from_shared(format!("http://{}", service.address)).unwrap().connect_lazy();
        let mut row = String::new();
        for caller in callers() {
            let _ = write!(row, "  {} ", answer(&channel, &signer, &path(&method), &caller).await);
        }
        let _ = writeln!(matrix, "{} {}", row, method.full_name());
    }
    if std::env::var("DURE_WRITE").is_ok() {
        std::fs::write(GOLDEN, &matrix).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    for (is, said) in matrix.lines().zip(golden.lines()) {
        assert_eq!(is, said, "the access of an RPC is not what who_may.txt says");
    }
    assert_eq!(matrix.lines().count(), golden.lines().count(), "an RPC has no row in who_may.txt, or a row has no RPC");
}

async fn run<S: Service>(start: &Start) -> Running {
    Running::start::<S>(start).await.unwrap()
}

/// Calls with an empty message: what it says once it is in does not matter here.
async fn answer(channel: &Channel, signer: &token::TokenSigner, path: &str, caller: &Caller) -> char {
    let mut request = Request::new(());
    if let Some(claims) = token::Claims::of(caller) {
        let token = signer.sign(token::ACCESS, &claims, Clock::system().now(), chrono::Duration::minutes(10));
        request.metadata_mut().insert("authorization", MetadataValue::try_from(format!("Bearer {token}")).unwrap());
    }
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let path = PathAndQuery::try_from(path).unwrap();
    let call = async {
        let mut stream = client.server_streaming(request, path, codec).await?.into_inner();
        stream.message().await.map(drop)
    };
    let outcome: Result<(), Status> = tokio::time::timeout(Duration::from_secs(2), call).await.unwrap_or(Ok(()));
    match outcome.err().and_then(|status| status.get_details_error_info()).map(|info| info.reason).as_deref() {
        Some("SIGN_IN_REQUIRED") => '-',
        Some("NOT_ALLOWED") => 'x',
        Some("CORPORATE_ACCOUNT_REQUIRED") => 'c',
        Some("NO_SUCH_RPC") => '?',
        _ => '+',
    }
}
