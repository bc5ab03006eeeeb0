//! The gRPC server: limits tonic leaves open, health, reflection, the access layer, a bounded drain.

use std::{net::SocketAddr, time::Duration};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{access::WhoMay, crowd::Crowd};

/// The metadata key in which the gateway, and only it, passes on where a request came from.
pub const CLIENT_ADDRESS: &str = "x-dure-client-address";

/// A server that listens.
pub(crate) struct Listening {
    pub address: SocketAddr,
    pub health: HealthReporter,
    pub task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

/// Starts serving; `stop` begins the drain.
pub(crate) async fn listen(
    at: SocketAddr,
    routes: Routes,
    names: Vec<&'static str>,
    who_may: WhoMay,
    stop: CancellationToken,
) -> anyhow::Result<Listening> {
    let listener = TcpListener::bind(at).await.map_err(|e| anyhow::anyhow!("listen.grpc {at}: {e}"))?;
    let address = listener.local_addr()?;
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_service_status("", ServingStatus::Serving).await;
    for name in names {
        health.set_service_status(name, ServingStatus::Serving).await;
    }
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(contract::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    // Older clients (grpcurl, Python's reflection package) still ask the alpha service.
    let reflection_alpha = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(contract::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1alpha()?;
    let routes = routes.add_service(health_service).add_service(reflection).add_service(reflection_alpha);
    let mut server = Server::builder()
        .max_concurrent_streams(Some(100))
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(10)))
        .http2_max_header_list_size(Some(16 * 1024))
        .layer(Crowd::default())
        .layer(who_may);
    let task = tokio::spawn(async move {
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        server.add_routes(routes).serve_with_incoming_shutdown(incoming, stop.cancelled_owned()).await?;
        Ok(())
    });
    Ok(Listening { address, health, task })
}
