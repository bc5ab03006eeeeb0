//! A bare tonic server that answers every `CheckEntitlement` with one ready message: what gRPC itself costs. The
//! subcommand `bench echo`, so that it is a process of its own as each service is.

use std::{net::SocketAddr, path::Path, time::Duration};

use contract::membership::v1::{
    BatchCheckEntitlementsReply, BatchCheckEntitlementsRequest, CheckEntitlementRequest, Entitlement, SiteEntitlements,
    WatchEntitlementsRequest,
    entitlement_service_server::{EntitlementService, EntitlementServiceServer},
};
use futures::stream::Empty;
use prost::Message as _;
use story::process::{Process, free_port};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

/// The server's words: where, and what to answer.
#[derive(clap::Args)]
pub struct Words {
    #[arg(long)]
    listen: SocketAddr,
    /// An `Entitlement`, protobuf in hex.
    #[arg(long)]
    answer: String,
}

struct Answer(Entitlement);

#[tonic::async_trait]
impl EntitlementService for Answer {
    type WatchEntitlementsStream = Empty<Result<SiteEntitlements, Status>>;

    async fn check_entitlement(&self, _: Request<CheckEntitlementRequest>) -> Result<Response<Entitlement>, Status> {
        Ok(Response::new(self.0.clone()))
    }

    async fn batch_check_entitlements(
        &self,
        _: Request<BatchCheckEntitlementsRequest>,
    ) -> Result<Response<BatchCheckEntitlementsReply>, Status> {
        Err(Status::unimplemented("this one only echoes"))
    }

    async fn watch_entitlements(
        &self,
        _: Request<WatchEntitlementsRequest>,
    ) -> Result<Response<Self::WatchEntitlementsStream>, Status> {
        Err(Status::unimplemented("this one only echoes"))
    }
}

/// Serves until it is stopped.
pub async fn serve(words: Words) -> anyhow::Result<()> {
    let answer = Answer(Entitlement::decode(hex::decode(&words.answer)?.as_slice())?);
    let incoming = TcpIncoming::from(TcpListener::bind(words.listen).await?).with_nodelay(Some(true));
    Server::builder().add_service(EntitlementServiceServer::new(answer)).serve_with_incoming(incoming).await?;
    Ok(())
}

/// The server as a process; killed when dropped.
pub struct Echo {
    /// Where it answers.
    pub url: String,
    _process: Process,
}

impl Echo {
    /// Starts it with this answer.
    pub async fn start(answer: &Entitlement, folder: &Path) -> anyhow::Result<Self> {
        let listen = format!("127.0.0.1:{}", free_port()?);
        let words = ["echo", "--listen", &listen, "--answer", &hex::encode(answer.encode_to_vec())];
        let mut process = Process::start("echo", &std::env::current_exe()?, &words, &[], folder)?;
        while tokio::net::TcpStream::connect(&listen).await.is_err() {
            process.still_runs()?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { url: format!("http://{listen}"), _process: process })
    }
}
