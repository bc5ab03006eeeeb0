//! A sheet of a hundred thousand rows: from its upload through the gateway to every row's verdict, against only streaming
//! its cells with the sheet library; and the service's memory meanwhile (VO-4).

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use calamine::{Reader as _, Xlsx};
use serde_json::{Value, json};
use story::{json::Json as _, step_08_send};

use crate::{figure::Figures, memory::Watch, stage::Stage};

/// The first number of its people's phones.
const FIRST: u32 = 1_000_000;

/// Measures it; answers the send its people were taken into.
pub async fn measure(stage: &mut Stage, figures: &mut Figures, people: u32) -> anyhow::Result<Value> {
    println!("\n    making a sheet of {people} rows");
    let sheet = Stage::people(people, FIRST)?;
    let (cells, alone) = stream(sheet.bytes.clone())?;
    println!("    {cells} cells, {} KB", sheet.bytes.len() / 1000);

    let send = step_08_send::draft(stage.boss(), &stage.credit.lot, "큰 발송").await?;
    let watch = Watch::start(stage.fleet.process_id("voucher")?);
    let start = Instant::now();
    let staged = step_08_send::stage(stage.boss(), &send, &sheet).await?;
    let took = start.elapsed();
    let memory = watch.above_idle();
    anyhow::ensure!(staged.number("rightCount")? == i64::from(people), "not every row is right: {staged}");
    figures.at_most_times("a sheet: upload to all verdicts", took, "streaming its cells", alone, 300);
    figures.at_most("the service's peak above idle meanwhile", memory, 150, "MiB");
    take(stage, &send, &staged).await
}

/// Takes a staged sheet; answers the send as it is then.
pub async fn take(stage: &Stage, send: &Value, staged: &Value) -> anyhow::Result<Value> {
    let path = format!("/v1/sends/{}", send.text("sendId")?);
    let asked = json!({ "sheetId": staged.text("sheetId")?, "takeRepeatedRows": true });
    stage.boss().client.post(&format!("{path}:takeRecipients"), asked).await?;
    stage.boss().client.get(&path).await
}

/// Only reads the cells; answers how many, and how long it took.
fn stream(bytes: Vec<u8>) -> anyhow::Result<(u64, Duration)> {
    let start = Instant::now();
    let mut workbook = Xlsx::new(Cursor::new(bytes))?;
    let name = workbook.sheet_names().first().cloned().context("no sheet")?;
    let mut reader = workbook.worksheet_cells_reader(&name)?;
    let mut cells = 0;
    while reader.next_cell()?.is_some() {
        cells += 1;
    }
    Ok((cells, start.elapsed()))
}
