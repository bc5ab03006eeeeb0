//! Gifts to be claimed, made before a load begins: a lot is bought, a sheet is sent from it, the codes are read from the
//! mailbox.

use std::{collections::HashMap, time::Duration};

use anyhow::Context as _;
use serde_json::json;
use story::{Recipients, json::Json as _, step_08_send};

use super::{purchase, send};
use crate::{
    history::lock,
    names::text_of,
    stage::{Gift, World},
};

/// Purchases are in units of 10,000; from 10,000,000 on they need documents.
const UNIT: i64 = 10_000;
const MOST: u32 = 9_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// So many gifts of one company; they stand in [`World::gifts`] afterwards.
pub async fn gifts(world: &World, firm: usize, count: u32) -> anyhow::Result<()> {
    let mut left = count;
    while left > 0 {
        let now = left.min(MOST);
        let (lot, _) = lot(world, firm, i64::from(now) * send::AMOUNT).await?;
        send(world, firm, &lot, now).await?;
        left -= now;
    }
    Ok(())
}

/// A new lot of at least so much; it and what bought it.
pub async fn lot(world: &World, firm: usize, least: i64) -> anyhow::Result<(String, String)> {
    let face = (least.max(UNIT) + UNIT - 1) / UNIT * UNIT;
    let applied = purchase::apply(world, firm, face).await?;
    let applied = applied.map_err(|no| anyhow::anyhow!("a purchase was refused: {}", no.reason))?;
    let approved = purchase::approve(world, firm, &applied).await?;
    approved.map_err(|no| anyhow::anyhow!("an approval was refused: {}", no.reason))?;
    let lot = purchase::lot(world, &applied.purchase_id, PATIENCE).await?;
    Ok((lot, applied.purchase_id))
}

async fn send(world: &World, firm: usize, lot: &str, count: u32) -> anyhow::Result<()> {
    let boss = world.firms[firm % world.firms.len()].boss.clone();
    let people = Recipients::made_up(count, u32::try_from(send::AMOUNT)?, world.phones(count))?;
    let draft = send::create(world, firm, lot).await?;
    let draft = draft.map_err(|no| anyhow::anyhow!("a draft was refused: {}", no.reason))?;
    let id = draft.send_id;
    let path = format!("/v1/sends/{id}");
    let staged = step_08_send::stage(&boss, &json!({ "sendId": id }), &people).await?;
    let take = json!({ "sheetId": staged.text("sheetId")?, "takeRightRows": true, "takeRowsSentBefore": true });
    let taken = boss.client.post(&format!("{path}:takeRecipients"), take).await?;
    anyhow::ensure!(taken.number("recipientCount")? == i64::from(count), "not every row was taken");
    let confirmed = send::confirm(world, firm, &id, &draft.content_hash).await?;
    let confirmed = confirmed.map_err(|no| anyhow::anyhow!("a send was refused: {}", no.reason))?;
    let confirmed = confirmed.confirm_time.context("a confirmed send has its time")?;
    let since = chrono::DateTime::from_timestamp(confirmed.seconds, 0).context("a time")?.to_rfc3339();

    let scene = world.scene.lock().await;
    let so = |progress: &serde_json::Value| Ok(progress.number("handedOver")? == i64::from(count));
    let what = "every message is handed over";
    scene.until_all(count.into(), &boss.client, &format!("{path}/progress"), what, so).await?;
    let messages = scene.mailbox.all("gift", &since).await?;
    drop(scene);
    let codes: HashMap<&str, &str> =
        messages.iter().filter_map(|m| Some((m["reference"].as_str()?, code(m["body"].as_str()?)?))).collect();
    let question = format!("SELECT id FROM gifts WHERE send_id = '{}'", crate::names::uuid_of(&id)?);
    for gift in world.sql.voucher.texts(&question).await? {
        let gift = text_of("gft", gift.parse()?);
        let code = (*codes.get(gift.as_str()).context("a gift without a message")?).to_owned();
        lock(&world.gifts).push(Gift { id: gift, code, send: id.clone(), firm });
    }
    Ok(())
}

/// The code stands at the end of the message's link.
fn code(body: &str) -> Option<&str> {
    let at = body.find("/g/")?;
    body[at + 3..].split_whitespace().next()
}
