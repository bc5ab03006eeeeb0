//! A sheet that comes in pieces, and is corrected row by row: with ordinary requests of an ordinary client (VO-18).

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{
    json::Json as _,
    recipients::Recipients,
    scene::{Account, Scene},
};

/// Uploads the half of a sheet, goes on in the wrong place, asks, goes on in the right one, and has it staged.
pub async fn stage(scene: &mut Scene, sender: &Account, send: &Value, sheet: &Recipients) -> anyhow::Result<Value> {
    let (first, rest) = sheet.bytes.split_at(sheet.bytes.len() / 2);
    let start = json!({ "fileName": sheet.name, "sizeBytes": sheet.bytes.len() });
    let upload = sender.client.post(&format!("/v1/sends/{}:startSheetUpload", send.text("sendId")?), start).await?;
    let path = format!("/v1/sheetUploads/{}", upload.text("uploadId")?);
    let at = |offset: usize| format!("{path}:append?offset={offset}");
    sender.client.append(&at(0), first.to_vec()).await?.ok()?;
    let refused = sender.client.append(&at(0), rest.to_vec()).await?;
    scene.tell.refused("the rest in the wrong place", &refused, 409, "UPLOAD_AT_ANOTHER_OFFSET")?;
    let offset = usize::try_from(sender.client.get(&path).await?.number("offset")?)?;
    scene.tell.same("bytes that have arrived", offset, first.len())?;
    sender.client.append(&at(offset), rest.to_vec()).await?.ok()?;
    sender.client.post(&format!("{path}:finish"), json!({})).await
}

/// Corrects one wrong row, leaves another out, and reads the result.
pub async fn correct(scene: &mut Scene, sender: &Account, sheet: &Value) -> anyhow::Result<()> {
    let wrong: Vec<i64> = sheet
        .list("flawedRows")?
        .iter()
        .filter(|row| row["verdict"] == "ROW_VERDICT_WRONG")
        .map(|row| row.number("rowNumber"))
        .collect::<anyhow::Result<_>>()?;
    let [one, other, ..] = wrong[..] else { anyhow::bail!("fewer than two wrong rows") };
    let path = format!("/v1/sheets/{}", sheet.text("sheetId")?);
    let right = json!({ "name": "고친이", "phone": "010-0000-9999", "amount": "10,000원" });
    let corrected = sender.client.try_patch(&format!("{path}/rows/{one}"), right).await?.ok()?;
    let row = corrected.get("row").context("no row")?;
    scene.tell.same(&format!("row {one}, corrected"), row.text("verdict")?, "ROW_VERDICT_RIGHT")?;
    scene.tell.same("it costs", row.won("price")?, words::Money::from_won(10_000))?;
    let dropped = sender.client.post(&format!("{path}/rows/{other}:drop"), json!({})).await?;
    let left = dropped.get("sheet").context("no sheet")?.number("wrongCount")?;
    scene.tell.same("wrong rows left", left, i64::try_from(wrong.len())? - 2)?;
    let (kind, _) = sender.client.download(&format!("{path}:export?reason=check")).await?;
    scene.tell.holds("the result is a spreadsheet", &kind, kind.contains("spreadsheetml"))
}
