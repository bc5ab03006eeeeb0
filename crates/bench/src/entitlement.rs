//! `CheckEntitlement`, what every product asks on every click (ME-8), against a bare tonic echo of messages of the same
//! size: 64 questions under way, over one connection and over eight.

use std::time::Duration;

use contract::membership::v1::{
    CheckEntitlementRequest, Entitlement, entitlement_service_client::EntitlementServiceClient as Client,
};
use tonic::transport::Channel;

use crate::{
    clients::{Bearer, connect},
    echo::Echo,
    figure::Figures,
    load::{self, Load},
    portal::Portal,
    rounds::{Rounds, pair},
};

const AT_ONCE: usize = 64;
const TIME: Duration = Duration::from_secs(2);
const WARM_UP: Duration = Duration::from_millis(300);

/// Measures it.
pub async fn measure(portal: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let (bearer, _) = portal.tokens().await?;
    let answer = ask(Client::new(portal.connect("membership", 1).await?.remove(0)), &bearer, &portal.site).await?;
    anyhow::ensure!(answer.allowed, "the membership is not in force: {answer:?}");
    let folder = tempfile::tempdir()?;
    let echo = Echo::start(&answer, folder.path()).await?;
    for connections in [1, 8] {
        let ours = portal.connect("membership", connections).await?;
        let limit = connect(&echo.url, connections).await?;
        for channels in [&ours, &limit] {
            load(channels, &bearer, &portal.site, WARM_UP).await?;
        }
        let (mut speed, mut slowest) = (Rounds::default(), Rounds::default());
        for round in 0..rounds {
            let ours = load(&ours, &bearer, &portal.site, TIME);
            let (ours, limit) = pair(round, ours, load(&limit, &bearer, &portal.site, TIME)).await?;
            speed.push(ours.per_second(), limit.per_second());
            slowest.push(ours.percentile(99), limit.percentile(99));
        }
        let over = if connections == 1 { "1 connection".to_owned() } else { format!("{connections} connections") };
        figures.part(&format!("CheckEntitlement, 64 at once, {over}"), &speed, "bare tonic echo", 85);
        figures.times(&format!("its p99, {over}"), &slowest, "bare tonic echo", 150);
    }
    Ok(())
}

/// The load on the membership service alone.
pub async fn ours(portal: &Portal, bearer: &Bearer) -> anyhow::Result<Load> {
    load(&portal.connect("membership", 8).await?, bearer, &portal.site, TIME).await
}

async fn load(channels: &[Channel], bearer: &Bearer, site: &str, time: Duration) -> anyhow::Result<Load> {
    let clients: Vec<_> = channels.iter().cloned().map(Client::new).collect();
    let (bearer, site) = (bearer.clone(), site.to_owned());
    load::run(&clients, AT_ONCE, time, move |client| {
        let (bearer, site) = (bearer.clone(), site.clone());
        async move { ask(client, &bearer, &site).await.map(drop) }
    })
    .await
}

async fn ask(mut client: Client<Channel>, bearer: &Bearer, site: &str) -> anyhow::Result<Entitlement> {
    let question =
        CheckEntitlementRequest { site_id: site.to_owned(), feature: "groupware".to_owned(), ..Default::default() };
    Ok(client.check_entitlement(bearer.request(question)).await?.into_inner())
}
