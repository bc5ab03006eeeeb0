//! Step 8: Sheets of recipients: one as people type it, uploaded in pieces, every wrong row named and nothing taken, one row
//! corrected; one larger than its lot, with a proposal to split; and the one that is sent, approved by a verification bound
//! to its content, each gift made once and every message in the mailbox. [VO-3–8, VO-18, NO-1, NO-2]

use std::collections::{HashMap, HashSet};

use anyhow::Context as _;
use serde_json::{Value, json};
use words::Money;

use crate::{
    check::{column, joined},
    json::Json as _,
    pieces,
    recipients::Recipients,
    scene::{Account, Scene},
    step_07_credit::Credit,
    step_08_image,
};

/// The dearest gift (VO-5).
const DEAREST: i64 = 500_000;

/// A send that went out.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The send.
    pub id: String,
    /// What it came to.
    pub total: Money,
    /// Its gifts.
    pub gifts: Vec<Gift>,
}

/// A gift as its recipient has it.
#[derive(Debug, Clone)]
pub struct Gift {
    /// Its id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Its amount.
    pub amount: Money,
}

/// Plays it.
pub async fn play(scene: &mut Scene, sender: &Account, credit: &Credit) -> anyhow::Result<Sent> {
    scene.tell.step(8, "A sheet is sent: staged, checked, approved, dispatched", "VO-3–8, VO-18, NO-1, NO-2");
    as_typed(scene, sender, credit).await?;
    step_08_image::play(scene, sender, credit).await?;
    too_large(scene, sender, credit).await?;
    let sheet = scene.recipients.clone();
    let send = prepare(scene, sender, credit, &sheet).await?;
    let send = approve(scene, sender, credit, send).await?;
    finish(scene, sender, &send).await
}

/// A draft of an immediate send.
pub async fn draft(sender: &Account, lot: &str, title: &str) -> anyhow::Result<Value> {
    let asked = json!({
        "lotId": lot, "title": title, "type": "SEND_TYPE_IMMEDIATE",
        "message": { "subject": "", "body": "고맙습니다. 작은 선물을 보냅니다." },
    });
    sender.client.post("/v1/sends", asked).await
}

/// Uploads a sheet for it.
pub async fn stage(sender: &Account, send: &Value, sheet: &Recipients) -> anyhow::Result<Value> {
    let path = format!("/v1/sends/{}:uploadSheet", send.text("sendId")?);
    sender.client.upload(&path, &crate::mailbox::escaped(&sheet.name), sheet.bytes.clone()).await?.ok()
}

/// Every wrong row with its number, column and reason.
fn tell_flaws(scene: &mut Scene, sheet: &Value) -> anyhow::Result<()> {
    for row in sheet.list("flawedRows")?.iter().take(20) {
        for problem in row.list("problems")? {
            let (letter, column) = (problem.text("columnLetter")?, problem.text("column")?);
            let (reason, sentence) = (problem.text("reason")?, problem.text("sentenceEn")?);
            let row = row.number("rowNumber")?;
            scene.tell.note(format_args!("row {row:>3}, column {letter} {column}: {reason} · {sentence}"));
        }
    }
    Ok(())
}

/// A sheet as people type it: 16 rows, 7 of them wrong, 1 blank, 1 a repeated phone.
async fn as_typed(scene: &mut Scene, sender: &Account, credit: &Credit) -> anyhow::Result<()> {
    let send = draft(sender, &credit.lot, "사람이 쓴 명단").await?;
    let bytes = std::fs::read(&scene.typed).with_context(|| format!("{}", scene.typed.display()))?;
    let typed = Recipients { name: "as-people-type.xlsx".into(), bytes, rows: 0, total: Money::ZERO, clean: false };
    let sheet = pieces::stage(scene, sender, &send, &typed).await?;
    tell_flaws(scene, &sheet)?;
    scene.tell.same("rows", sheet.number("rowCount")?, 16)?;
    scene.tell.same("right", sheet.number("rightCount")?, 7)?;
    scene.tell.same("wrong", sheet.number("wrongCount")?, 7)?;
    scene.tell.same("a phone repeated", sheet.number("repeatedCount")?, 1)?;
    scene.tell.same("blank", sheet.number("blankCount")?, 1)?;
    let path = format!("/v1/sends/{}", send.text("sendId")?);
    let take = json!({ "sheetId": sheet.text("sheetId")? });
    let refused = sender.client.try_post(&format!("{path}:takeRecipients"), take).await?;
    scene.tell.refused("taking it as it is", &refused, 409, "SHEET_HAS_WRONG_ROWS")?;
    let send = sender.client.get(&path).await?;
    scene.tell.same("recipients taken", send.number("recipientCount")?, 0)?;
    pieces::correct(scene, sender, &sheet).await
}

/// More than its lot holds: refused, with a split over the lots there are (VO-3).
async fn too_large(scene: &mut Scene, sender: &Account, credit: &Credit) -> anyhow::Result<()> {
    let send = draft(sender, &credit.lot, "너무 큰 발송").await?;
    let count = credit.face.won() / DEAREST + 1;
    let people = Recipients::made_up(u32::try_from(count)?, u32::try_from(DEAREST)?, 2_000_000)?;
    let sheet = stage(sender, &send, &people).await?;
    let path = format!("/v1/sends/{}", send.text("sendId")?);
    let taken =
        sender.client.post(&format!("{path}:takeRecipients"), json!({ "sheetId": sheet.text("sheetId")? })).await?;
    scene.tell.same("a send that comes to", taken.won("total")?, people.total)?;
    let send = sender.client.get(&path).await?;
    let token = verification(scene, sender, &send).await?;
    let confirm = json!({ "verificationToken": token });
    let refused = sender.client.try_post(&format!("{path}:confirm"), confirm).await?;
    scene.tell.refused("is more than its lot", &refused, 409, "LOT_BALANCE_TOO_LOW")?;

    let proposed = sender.client.get(&format!("/v1/sends:proposeSplit?sendId={}", send.text("sendId")?)).await?;
    let mut sum = Money::ZERO;
    for part in proposed.list("parts")? {
        let (amount, available) = (part.won("amount")?, part.won("available")?);
        let (first, last) = (part.number("firstRecipientNumber")?, part.number("lastRecipientNumber")?);
        let what = format!("a part: recipients {first} to {last}");
        scene.tell.holds(&what, format_args!("{amount} of {available}"), amount <= available)?;
        sum = sum.checked_add(amount).context("too much")?;
    }
    scene.tell.same("parts", proposed.list("parts")?.len(), 2)?;
    scene.tell.same("together", sum, people.total)?;
    sender.client.post(&format!("{path}:cancel"), json!({})).await?;
    Ok(())
}

/// A verification bound to what is sent (ID-6, VO-7).
pub async fn verification(scene: &mut Scene, sender: &Account, send: &Value) -> anyhow::Result<String> {
    let asked = json!({ "purpose": "VERIFICATION_PURPOSE_VOUCHER_SEND", "contentHash": send.text("contentHash")? });
    let asked = sender.client.post("/v1/verifications", asked).await?;
    scene.confirm_code(&sender.client, &asked, &sender.person).await
}

/// A draft with the sheet's rows as recipients.
pub async fn prepare(
    scene: &mut Scene,
    sender: &Account,
    credit: &Credit,
    sheet: &Recipients,
) -> anyhow::Result<Value> {
    let send = draft(sender, &credit.lot, "이야기 선물").await?;
    let staged = stage(sender, &send, sheet).await?;
    let count = staged.number("rightCount")? + staged.number("repeatedCount")?;
    let total = staged.won("rightTotal")?.checked_add(staged.won("repeatedTotal")?).context("too much")?;
    if sheet.clean {
        scene.tell.same(&format!("{}: rows", sheet.name), count, i64::try_from(sheet.rows)?)?;
        scene.tell.same("they come to", total, sheet.total)?;
        scene.tell.same("wrong rows", staged.number("wrongCount")?, 0)?;
    } else {
        tell_flaws(scene, &staged)?;
        scene.tell.note(format_args!("{}: {count} rows can be taken, {total}; the others are left out", sheet.name));
    }
    let path = format!("/v1/sends/{}", send.text("sendId")?);
    let take = json!({ "sheetId": staged.text("sheetId")?, "takeRightRows": true, "takeRepeatedRows": true });
    let taken = sender.client.post(&format!("{path}:takeRecipients"), take).await?;
    scene.tell.same("taken", taken.number("recipientCount")?, count)?;
    scene.tell.same("they come to", taken.won("total")?, total)?;
    sender.client.get(&path).await
}

/// Approves with a verification bound to the content; changed content needs another one (VO-7).
async fn approve(scene: &mut Scene, sender: &Account, credit: &Credit, send: Value) -> anyhow::Result<Value> {
    let path = format!("/v1/sends/{}", send.text("sendId")?);
    let refused = sender.client.try_post(&format!("{path}:confirm"), json!({})).await?;
    scene.tell.refused("confirming without a verification", &refused, 409, "VERIFICATION_REQUIRED")?;
    let token = verification(scene, sender, &send).await?;
    let changed = sender.client.try_patch(&path, json!({ "title": "이야기 선물 (고침)" })).await?.ok()?;
    let differs = changed.text("contentHash")? != send.text("contentHash")?;
    scene.tell.same("another title is another content", differs, true)?;
    let refused = sender.client.try_post(&format!("{path}:confirm"), json!({ "verificationToken": token })).await?;
    scene.tell.refused("the verification of the former content", &refused, 409, "VERIFICATION_NOT_FOR_THIS")?;
    confirm(scene, sender, credit, &changed).await
}

/// Confirms: the total is set aside, once.
pub async fn confirm(scene: &mut Scene, sender: &Account, credit: &Credit, send: &Value) -> anyhow::Result<Value> {
    let path = format!("/v1/sends/{}", send.text("sendId")?);
    let token = verification(scene, sender, send).await?;
    let confirmed = sender.client.post(&format!("{path}:confirm"), json!({ "verificationToken": token })).await?;
    scene.tell.holds("confirmed", confirmed.text("state")?, confirmed.text("state")? != "SEND_STATE_DRAFT")?;
    let refused = sender.client.try_post(&format!("{path}:confirm"), json!({ "verificationToken": token })).await?;
    scene.tell.holds("confirming again is refused", refused.reason().unwrap_or("?"), refused.status == 409)?;
    let lot = sender.client.get(&format!("/v1/lots/{}", credit.lot)).await?;
    let left = credit.face.checked_sub(send.won("total")?).context("more than there is")?;
    scene.tell.same("left in the lot", lot.won("available")?, left)?;
    Ok(confirmed)
}

/// Waits until all of it is out; every gift made once, a message each.
pub async fn finish(scene: &mut Scene, sender: &Account, send: &Value) -> anyhow::Result<Sent> {
    let (id, count) = (send.text("sendId")?.to_owned(), send.number("recipientCount")?);
    let so = |progress: &Value| {
        let handed = progress.number("handedOver")? == count;
        Ok(progress.text("state")? == "SEND_STATE_COMPLETED" && handed)
    };
    let path = format!("/v1/sends/{id}/progress");
    let done = scene.until_all(count, &sender.client, &path, "every message is handed over", so).await?;
    scene.tell.same("gifts made", done.number("issued")?, count)?;
    scene.tell.same("messages handed over", done.number("handedOver")?, count)?;
    scene.tell.same("messages that failed", done.number("failed")?, 0)?;
    let sent = sender.client.get(&format!("/v1/sends/{id}")).await?;
    scene.tell.same("the send is", sent.text("state")?, "SEND_STATE_COMPLETED")?;

    let gifts = gifts(sender, &id).await?;
    let ids: HashSet<&str> = column(&gifts, "giftId").into_iter().collect();
    let people: HashSet<&str> = column(&gifts, "recipientId").into_iter().collect();
    let length = i64::try_from(gifts.len())?;
    scene.tell.same("gifts in the list", length, count)?;
    scene.tell.same("of as many recipients", people.len(), gifts.len())?;
    let amounts = gifts.iter().map(|gift| gift.won("amount")).collect::<anyhow::Result<Vec<_>>>()?;
    let total = Money::total(amounts).context("too much")?;
    scene.tell.same("they come to", total, send.won("total")?)?;

    let since = send.text("createTime")?;
    let messages = scene.mailbox.all("gift", since).await?;
    let ours: Vec<&Value> =
        messages.iter().filter(|m| m["reference"].as_str().is_some_and(|r| ids.contains(r))).collect();
    let each: HashMap<&str, &Value> = ours.iter().filter_map(|m| Some((m["reference"].as_str()?, *m))).collect();
    scene.tell.same("messages in the mailbox", i64::try_from(ours.len())?, count)?;
    scene.tell.same("one for each gift", each.len(), gifts.len())?;
    scene.tell.note(format_args!(
        "the first says: {}",
        joined(ours[0].text("body")?.lines().filter(|line| !line.is_empty()))
    ));
    let gifts = gifts.iter().map(|gift| {
        let id = gift.text("giftId")?;
        let message = each.get(id).context("a gift without a message")?;
        Ok(Gift { id: id.to_owned(), code: code(message)?, amount: gift.won("amount")? })
    });
    Ok(Sent { id, total, gifts: gifts.collect::<anyhow::Result<_>>()? })
}

/// The code stands at the end of the message's link.
fn code(message: &Value) -> anyhow::Result<String> {
    let body = message.text("body")?;
    let at = body.find("/g/").with_context(|| format!("no link in {body}"))?;
    Ok(body[at + 3..].split_whitespace().next().unwrap_or_default().to_owned())
}

/// All gifts of a send.
pub async fn gifts(sender: &Account, send: &str) -> anyhow::Result<Vec<Value>> {
    let (mut gifts, mut token) = (Vec::new(), String::new());
    loop {
        let token_now = crate::mailbox::escaped(&token);
        let page = sender.client.get(&format!("/v1/sends/{send}/gifts?pageSize=1000&pageToken={token_now}")).await?;
        gifts.extend_from_slice(page.list("gifts")?);
        token = page.text("nextPageToken")?.to_owned();
        if token.is_empty() {
            return Ok(gifts);
        }
    }
}
