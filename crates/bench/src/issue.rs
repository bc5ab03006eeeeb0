//! From the confirmation to every gift issued and every message request committed, against a `COPY` of the same rows into
//! tables with the same indexes, checks and references; and ten times as many against that (VO-8). Notification is
//! stopped meanwhile, so that the broker keeps the requests for the next measurement.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use story::{json::Json as _, step_08_send};

use crate::{figure::Figures, memory::Watch, sheet, stage::Stage};

const PAUSE: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(600);
/// The first number of the large campaign's phones.
const FIRST: u32 = 2_000_000;

/// What the dispatch of a send took.
#[derive(Clone, Copy)]
pub struct Dispatch {
    took: Duration,
    memory: u64,
}

/// Measures a send against `COPY`.
pub async fn measure(stage: &mut Stage, figures: &mut Figures, send: &Value) -> anyhow::Result<Dispatch> {
    let dispatch = confirm(stage, send).await?;
    let copy = copy(stage).await?;
    figures.at_most_times("confirmed to all gifts issued", dispatch.took, "COPY of the same rows", copy, 400);
    Ok(dispatch)
}

/// A send of ten times as many, from sheets of the size of one.
pub async fn large_send(stage: &mut Stage, people: u32) -> anyhow::Result<Value> {
    let mut send = step_08_send::draft(stage.boss(), &stage.credit.lot, "열 배 큰 발송").await?;
    for tenth in 0..10 {
        println!("    sheet {} of 10", tenth + 1);
        let people = Stage::people(people, FIRST + tenth * people)?;
        let staged = step_08_send::stage(stage.boss(), &send, &people).await?;
        send = sheet::take(stage, &send, &staged).await?;
    }
    Ok(send)
}

/// Measures it against the small one.
pub async fn measure_large(
    stage: &mut Stage,
    figures: &mut Figures,
    send: &Value,
    small: Dispatch,
) -> anyhow::Result<()> {
    let large = confirm(stage, send).await?;
    figures.at_most_times("ten times the recipients", large.took, "the campaign above", small.took, 1_100);
    figures.at_most("memory of that above idle", large.memory, small.memory + 32, "MiB");
    Ok(())
}

/// Confirms a send and waits until its last gift is issued. The code that proves the admin is read before notification
/// stops.
async fn confirm(stage: &mut Stage, send: &Value) -> anyhow::Result<Dispatch> {
    let boss = stage.firm.boss.clone();
    let token = step_08_send::verification(&mut stage.scene, &boss, send).await?;
    stage.fleet.stop_one("notification").await?;
    let id = send.text("sendId")?;
    let watch = Watch::start(stage.fleet.process_id("voucher")?);
    let start = Instant::now();
    boss.client.post(&format!("/v1/sends/{id}:confirm"), json!({ "verificationToken": token })).await?;
    loop {
        if stage.sql.text("SELECT state FROM sends ORDER BY created_at DESC LIMIT 1").await? == "completed" {
            break;
        }
        anyhow::ensure!(start.elapsed() < PATIENCE, "the send was not issued within {} s", PATIENCE.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Dispatch { took: start.elapsed(), memory: watch.above_idle() })
}

/// How long PostgreSQL itself takes for the rows of the campaign: its gifts and the requests for their messages.
async fn copy(stage: &Stage) -> anyhow::Result<Duration> {
    let folder = stage.sql.text("SELECT current_setting('data_directory')").await?;
    let mut took = Duration::ZERO;
    for (table, filter) in [("gifts", "TRUE"), ("flow_outbox", "kind LIKE '%messages_requested%'")] {
        let file = format!("{folder}/bench-{table}.copy");
        stage.sql.run(&format!("COPY (SELECT * FROM {table} WHERE {filter}) TO '{file}' (FORMAT binary)")).await?;
        stage.sql.run(&format!("CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")).await?;
        let references = format!(
            "SELECT coalesce(string_agg('ALTER TABLE bench_{table} ADD ' || pg_get_constraintdef(oid), '; '), 'SELECT 1') \
             FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'"
        );
        stage.sql.run(&stage.sql.text(&references).await?).await?;
        took += stage.sql.run(&format!("COPY bench_{table} FROM '{file}' (FORMAT binary)")).await?;
        let (ours, theirs) =
            (format!("SELECT count(*) FROM {table} WHERE {filter}"), format!("SELECT count(*) FROM bench_{table}"));
        anyhow::ensure!(stage.sql.number(&ours).await? == stage.sql.number(&theirs).await?, "COPY took other rows");
        stage.sql.run(&format!("DROP TABLE bench_{table}")).await?;
    }
    Ok(took)
}
