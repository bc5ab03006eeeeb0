//! GW-3: gRPC and gRPC-Web go through the same port, cleaned of claims.

use contract::Dynamic;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use serde_json::{Value, json};
use tonic::{
    Code, Request,
    client::Grpc,
    transport::{Channel, Endpoint},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt as _;

use crate::stage::{Stage, pool};

fn rpc(name: &str) -> MethodDescriptor {
    let service = pool().get_service_by_name("dure.library.v1.BookService").unwrap();
    service.methods().find(|rpc| rpc.name() == name).unwrap()
}

async fn channel(stage: &Stage) -> Channel {
    Endpoint::from_shared(stage.url.clone()).unwrap().connect().await.unwrap()
}

async fn ask(stage: &Stage, name: &str, message: Value) -> Result<Value, tonic::Status> {
    let rpc = rpc(name);
    let mut client = Grpc::new(channel(stage).await);
    client.ready().await.unwrap();
    let mut request = Request::new(DynamicMessage::deserialize(rpc.input(), message).unwrap());
    request.metadata_mut().insert("x-dure-client-address", "1.1.1.1".parse().unwrap());
    request.metadata_mut().insert("authorization", "Bearer t".parse().unwrap());
    let path = format!("/dure.library.v1.BookService/{name}").parse().unwrap();
    let reply = client.unary(request, path, Dynamic::client(&rpc)).await?;
    Ok(serde_json::to_value(reply.get_ref()).unwrap())
}

// GW-3, S30
#[tokio::test]
async fn grpc_goes_through_on_the_same_port() {
    let stage = Stage::new().await;
    let book = ask(&stage, "GetBook", json!({ "bookId": "b1" })).await.unwrap();
    assert_eq!(book["bookTitle"], "책");
    let headers = stage.library.last().headers;
    assert_eq!(
        (&headers["x-dure-client-address"], &headers["authorization"]),
        (&"127.0.0.1".parse().unwrap(), &"Bearer t".parse().unwrap())
    );
    assert!(headers.contains_key("grpc-timeout"), "no call is without a deadline");

    let no = ask(&stage, "RefuseBook", json!({ "bookId": "9" })).await.unwrap_err();
    assert_eq!(
        (no.code(), no.get_details_error_info().unwrap().reason.as_str()),
        (Code::FailedPrecondition, "BY_CODE")
    );
    let no = ask(&stage, "BurnBooks", json!({})).await.unwrap_err();
    assert_eq!(no.code(), Code::Unimplemented);
}

// GW-3
#[tokio::test]
async fn streams_go_through_as_well() {
    let stage = Stage::new().await;
    let rpc = rpc("WatchBook");
    let mut client = Grpc::new(channel(&stage).await);
    client.ready().await.unwrap();
    let path = "/dure.library.v1.BookService/WatchBook".parse().unwrap();
    let request = Request::new(DynamicMessage::new(rpc.input()));
    let mut books = client.server_streaming(request, path, Dynamic::client(&rpc)).await.unwrap().into_inner();
    let mut count = 0;
    while books.message().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 3);
}

// GW-3
#[tokio::test]
async fn grpc_web_goes_through_over_http_1() {
    let stage = Stage::new().await;
    let send = stage.http.post(stage.url("/dure.library.v1.BookService/GetBook"));
    let send = send.header("content-type", "application/grpc-web+proto").body(vec![0, 0, 0, 0, 4, 0x0a, 2, b'b', b'1']);
    let response = send.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/grpc-web+proto");
    let bytes = response.bytes().await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains('책') && text.contains("grpc-status:0"), "{text}");
}

// GW-3
#[tokio::test]
async fn reflection_and_health_are_answered_for_the_whole() {
    let stage = Stage::new().await;
    let mut health = HealthClient::new(channel(&stage).await);
    health.check(HealthCheckRequest::default()).await.unwrap();

    use tonic_reflection::pb::v1::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let mut reflection = ServerReflectionClient::new(channel(&stage).await);
    let list = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut replies = reflection.server_reflection_info(tokio_stream::iter([list])).await.unwrap().into_inner();
    let Some(MessageResponse::ListServicesResponse(services)) =
        replies.message().await.unwrap().unwrap().message_response
    else {
        panic!("no list");
    };
    assert!(services.service.iter().any(|s| s.name.starts_with("dure.")));
}

// GW-3
#[tokio::test]
async fn reflection_is_answered_to_clients_of_its_first_version() {
    use tonic_reflection::pb::v1alpha::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let stage = Stage::new().await;
    let mut reflection = ServerReflectionClient::new(channel(&stage).await);
    let asked = MessageRequest::FileContainingSymbol("dure.billing.v1.OrderService".into());
    let ask = ServerReflectionRequest { host: String::new(), message_request: Some(asked) };
    let mut replies = reflection.server_reflection_info(tokio_stream::iter([ask])).await.unwrap().into_inner();
    let described = replies.message().await.unwrap().unwrap().message_response;
    assert!(matches!(described, Some(MessageResponse::FileDescriptorResponse(_))), "{described:?}");
}
