//! A call as HTTP/JSON through the gateway (GW-1) against the same call by gRPC at the service itself: reading an order,
//! which is a look in the database as most calls of a portal are, and `CheckEntitlement`, which is none, so that the
//! gateway's own share is seen at its largest.

use std::time::Duration;

use anyhow::Context as _;
use contract::{
    billing::v1::{GetOrderRequest, order_service_client::OrderServiceClient},
    membership::v1::{CheckEntitlementRequest, entitlement_service_client::EntitlementServiceClient},
};
use http::{Method, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::Mutex};
use tonic::transport::Channel;

use crate::{
    clients::{Bearer, connect},
    figure::Figures,
    load::{self, Load},
    portal::Portal,
    rounds::{Rounds, pair},
};

const AT_ONCE: usize = 32;
/// gRPC shares connections; HTTP/1.1 has one a call under way.
const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(2);
const WARM_UP: Duration = Duration::from_millis(300);

/// Which call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `GetOrder`.
    Order,
    /// `CheckEntitlement`.
    Check,
}

/// Measures it.
pub async fn measure(portal: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let (bearer, _) = portal.tokens().await?;
    for (call, name) in [(Call::Order, "GET an order as JSON"), (Call::Check, "GET an entitlement as JSON")] {
        let direct = portal.grpc(if call == Call::Order { "billing" } else { "membership" })?;
        json(portal, &bearer, call, WARM_UP).await?;
        grpc(&direct, portal, &bearer, call, WARM_UP).await?;
        let (mut speed, mut through) = (Rounds::default(), Rounds::default());
        for round in 0..rounds {
            let ours = json(portal, &bearer, call, TIME);
            let (ours, limit) = pair(round, ours, grpc(&direct, portal, &bearer, call, TIME)).await?;
            let same_way = grpc(&portal.fleet.url, portal, &bearer, call, TIME).await?;
            speed.push(ours.per_second(), limit.per_second());
            through.push(ours.per_second(), same_way.per_second());
        }
        figures.part(&format!("gateway: {name}"), &speed, "the same by gRPC, at the service", 60);
        let told = format!("{} % of {}/s", through.ratio(), through.limit());
        figures.told("as part of the same by gRPC through the gateway", told);
    }
    Ok(())
}

/// The JSON load alone.
pub async fn ours(portal: &Portal, bearer: &Bearer) -> anyhow::Result<Load> {
    json(portal, bearer, Call::Order, TIME).await
}

type Connection = std::sync::Arc<Mutex<http1::SendRequest<Empty<Bytes>>>>;

async fn json(portal: &Portal, bearer: &Bearer, call: Call, time: Duration) -> anyhow::Result<Load> {
    let address = portal.fleet.url.strip_prefix("http://").context("the gateway's address")?.to_owned();
    let mut clients = Vec::with_capacity(AT_ONCE);
    for _ in 0..AT_ONCE {
        clients.push(dial(&address).await?);
    }
    let path = match call {
        Call::Order => format!("/v1/orders/{}", portal.order),
        Call::Check => format!("/v1/sites/{}/entitlements/groupware", portal.site),
    };
    let request = move |token: &str| {
        let request = Request::builder().method(Method::GET).uri(&path).header(header::HOST, &address);
        request.header(header::AUTHORIZATION, token).body(Empty::new())
    };
    let token = bearer.header()?.to_owned();
    load::run(&clients, AT_ONCE, time, move |client: Connection| {
        let request = request(&token);
        async move {
            let mut client = client.lock().await;
            client.ready().await?;
            let answer = client.send_request(request?).await?;
            let status = answer.status();
            let body = answer.into_body().collect().await?.to_bytes();
            anyhow::ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
            Ok(())
        }
    })
    .await
}

async fn dial(address: &str) -> anyhow::Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (client, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(Connection::new(Mutex::new(client)))
}

async fn grpc(url: &str, portal: &Portal, bearer: &Bearer, call: Call, time: Duration) -> anyhow::Result<Load> {
    let channels = connect(url, CONNECTIONS).await?;
    let (bearer, site, order) = (bearer.clone(), portal.site.clone(), portal.order.clone());
    load::run(&channels, AT_ONCE, time, move |channel: Channel| {
        let (bearer, site, order) = (bearer.clone(), site.clone(), order.clone());
        async move {
            match call {
                Call::Order => {
                    let ask = bearer.request(GetOrderRequest { order_id: order });
                    OrderServiceClient::new(channel).get_order(ask).await.map(drop)?;
                }
                Call::Check => {
                    let question =
                        CheckEntitlementRequest { site_id: site, feature: "groupware".into(), ..Default::default() };
                    let ask = bearer.request(question);
                    EntitlementServiceClient::new(channel).check_entitlement(ask).await.map(drop)?;
                }
            }
            Ok(())
        }
    })
    .await
}
