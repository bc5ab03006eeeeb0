//! Step 8 of the story survives `kill -9` of every service, of PostgreSQL and of RabbitMQ in its middle: after restart
//! the send completes, each gift made once, one message for each, the ledger proved (VO-8, OP-10). On servers of its own,
//! which it kills and restarts by the process ids they stored.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::ensure;
use serde_json::Value;
use story::{
    Options, Recipients, Scene, fleet::Fleet, json::Json as _, servers::OwnServers, step_02_companies, step_07_credit,
    step_08_send, step_10_refund,
};

/// Recipients of the send; and gifts a transaction, so few that the dispatch takes its time.
const PEOPLE: u32 = 3_000;
const GIFTS_PER_CHUNK: &str = "5";
const AMOUNT: u32 = 5_000;
/// Who is killed, in this order: those the dispatch needs first, the broker last, for it is the slowest to come back.
const VICTIMS: [&str; 8] =
    ["voucher", "postgres", "notification", "identity", "billing", "membership", "gateway", "rabbitmq"];

#[tokio::test]
async fn a_send_survives_kill_9_of_everything_it_needs() -> anyhow::Result<()> {
    let Some(own) = OwnServers::start().await? else {
        eprintln!("skipped: PostgreSQL and RabbitMQ are not installed here; scripts/test installs them");
        return Ok(());
    };
    let settings = [("DURE__VOUCHER__GIFTS_PER_CHUNK", GIFTS_PER_CHUNK)];
    let mut fleet = Fleet::start(Path::new(env!("CARGO_BIN_EXE_dure")), &own.urls()?, &settings).await?;
    let told = tell(&mut fleet, &own).await;
    if told.is_err() {
        eprintln!("the logs are kept in {}", fleet.keep_logs().display());
    }
    told
}

async fn tell(fleet: &mut Fleet, own: &OwnServers) -> anyhow::Result<()> {
    let mut options = Options::new(&fleet.url, &root());
    options.patience = Duration::from_secs(180);
    let mut scene = Scene::set(options).await?;
    let voucher = step_02_companies::voucher_company(&mut scene, None).await?;
    let credit = step_07_credit::play(&mut scene, &voucher).await?;
    let people = Recipients::made_up(PEOPLE, AMOUNT, 5_000_000)?;
    let boss = &voucher.boss;
    let send = step_08_send::prepare(&mut scene, boss, &credit, &people).await?;
    let send = step_08_send::confirm(&mut scene, boss, &credit, &send).await?;

    let path = format!("/v1/sends/{}/progress", send.text("sendId")?);
    for victim in VICTIMS {
        let progress = scene.until(&boss.client, &path, "the dispatch runs", |p| Ok(p.number("issued")? > 0)).await?;
        println!("    kill -9 {victim} at {}", figures(&progress)?);
        if victim == "voucher" {
            ensure!(progress.number("issued")? < i64::from(PEOPLE), "the dispatch was over before anything was killed");
        }
        match victim {
            server @ ("postgres" | "rabbitmq") => own.kill9_and_restart(server).await?,
            service => {
                fleet.kill9(service).await?;
                fleet.restart(service)?;
            }
        }
        // The services come back by themselves; the client only has patience.
        let progress = boss.client.get(&path).await?;
        println!("    back at {}", figures(&progress)?);
    }
    fleet.ready().await?;

    let sent = step_08_send::finish(&mut scene, boss, &send).await?;
    let lot = boss.client.get(&format!("/v1/lots/{}", credit.lot)).await?;
    scene.tell.same("the lot: outstanding", lot.won("outstanding")?, sent.total)?;
    scene.tell.same("the lot: reserved", lot.won("reserved")?.won(), 0)?;
    step_10_refund::verify(&mut scene).await
}

fn figures(progress: &Value) -> anyhow::Result<String> {
    let (issued, handed) = (progress.number("issued")?, progress.number("handedOver")?);
    Ok(format!("{issued} gifts made, {handed} messages handed over, of {PEOPLE}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
