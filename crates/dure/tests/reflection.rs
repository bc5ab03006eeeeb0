//! A client that knows nothing finds everything: reflection and health on the gateway's one port (GW-3).

use std::path::Path;

use futures::stream;
use story::embedded::Embedded;
use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest as Asked, server_reflection_response::MessageResponse as Answered,
};

#[tokio::test]
async fn an_unknown_client_finds_every_service() -> anyhow::Result<()> {
    let mut dure = Embedded::start(Path::new(env!("CARGO_BIN_EXE_dure"))).await?;
    let channel = Endpoint::from_shared(dure.url.clone())?.connect().await?;

    let health = HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await?;
    assert_eq!(health.into_inner().status(), ServingStatus::Serving);

    let mut reflection = ServerReflectionClient::new(channel);
    let ask = |asked| ServerReflectionRequest { host: String::new(), message_request: Some(asked) };
    let asked = stream::iter([
        ask(Asked::ListServices(String::new())),
        ask(Asked::FileContainingSymbol("dure.billing.v1.OrderService".into())),
    ]);
    let mut answers = reflection.server_reflection_info(asked).await?.into_inner();

    let Some(Answered::ListServicesResponse(listed)) = answers.message().await?.and_then(|a| a.message_response) else {
        panic!("no list of services");
    };
    let names: Vec<&str> = listed.service.iter().map(|service| service.name.as_str()).collect();
    for service in [
        "dure.identity.v1.SessionService",
        "dure.billing.v1.OrderService",
        "dure.membership.v1.EntitlementService",
        "dure.voucher.v1.SendService",
        "dure.notification.v1.MailboxService",
    ] {
        assert!(names.contains(&service), "{service} is not among {names:?}");
    }
    let described = answers.message().await?.and_then(|a| a.message_response);
    assert!(
        matches!(described, Some(Answered::FileDescriptorResponse(files)) if !files.file_descriptor_proto.is_empty())
    );
    dure.stop().await
}
