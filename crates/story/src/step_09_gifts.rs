//! Step 9: Some recipients claim, some decline, one tries twice; a refund is refused while gifts are out; claim and recall at
//! once have one winner; what is unclaimed is recalled. [VO-10–12, BI-22]

use anyhow::Context as _;
use futures::future::join_all;
use serde_json::{Value, json};
use words::Money;

use crate::{
    json::Json as _,
    scene::{Account, Firm, Scene},
    step_07_credit::Credit,
    step_08_send::{Gift, Sent},
};

/// How many claim at most, how many decline, how many are claimed and recalled at once.
const CLAIMS: usize = 300;
const DECLINES: usize = 100;
const RACES: usize = 5;
/// Requests under way at once.
const AT_ONCE: usize = 20;

/// What the story knows of the outcome.
struct Tally {
    claimed: Vec<Money>,
    declined: Vec<Money>,
    recalled: Vec<Money>,
}

/// Plays it.
pub async fn play(
    scene: &mut Scene,
    voucher: &Firm,
    sender: &Account,
    credit: &Credit,
    sent: &Sent,
) -> anyhow::Result<()> {
    scene.tell.step(9, "Some claim, some decline, one tries twice; the unclaimed are recalled", "VO-10–12, BI-22");
    let count = sent.gifts.len();
    let (claiming, rest) = sent.gifts.split_at((count * 3 / 10).min(CLAIMS));
    let (declining, rest) = rest.split_at((count / 10).min(DECLINES));
    let (racing, left) = rest.split_at(rest.len().min(RACES));
    let mut tally = Tally {
        claimed: all(scene, claiming, "claim", "GIFT_STATE_CLAIMED").await?,
        declined: all(scene, declining, "decline", "GIFT_STATE_DECLINED").await?,
        recalled: Vec::new(),
    };
    scene.tell.note(format_args!("{} claimed, {} declined", claiming.len(), declining.len()));
    twice(scene, claiming, declining).await?;
    refund_refused(scene, voucher, credit).await?;
    for gift in racing {
        race(scene, sender, sent, gift, &mut tally).await?;
    }
    recall(scene, sender, sent, left, &mut tally).await?;
    outcome(scene, sender, credit, sent, &tally).await
}

/// Claims or declines gifts by their codes; answers the amounts.
async fn all(scene: &mut Scene, gifts: &[Gift], verb: &str, state: &str) -> anyhow::Result<Vec<Money>> {
    let path = format!("/v1/gifts:{verb}");
    for some in gifts.chunks(AT_ONCE) {
        let answers = some.iter().map(|gift| scene.anyone.post(&path, json!({ "code": gift.code })));
        for (gift, answer) in some.iter().zip(join_all(answers).await) {
            let answer = answer?;
            let right = answer.text("state")? == state && answer.won("amount")? == gift.amount;
            anyhow::ensure!(right, "{path} answered {answer}");
        }
    }
    Ok(gifts.iter().map(|gift| gift.amount).collect())
}

async fn twice(scene: &mut Scene, claiming: &[Gift], declining: &[Gift]) -> anyhow::Result<()> {
    let anyone = scene.anyone.clone();
    if let Some(gift) = claiming.first() {
        let refused = anyone.try_post("/v1/gifts:claim", json!({ "code": gift.code })).await?;
        scene.tell.refused("claiming a second time", &refused, 409, "GIFT_ALREADY_CLAIMED")?;
        let refused = anyone.try_post("/v1/gifts:decline", json!({ "code": gift.code })).await?;
        scene.tell.refused("declining what was claimed", &refused, 409, "GIFT_ALREADY_CLAIMED")?;
    }
    if let Some(gift) = declining.first() {
        let refused = anyone.try_post("/v1/gifts:claim", json!({ "code": gift.code })).await?;
        scene.tell.refused("claiming what was declined", &refused, 409, "GIFT_DECLINED")?;
    }
    Ok(())
}

/// The saga's other end: while gifts are out, the lot cannot be closed and the purchase stays as it was (VO-16).
async fn refund_refused(scene: &mut Scene, voucher: &Firm, credit: &Credit) -> anyhow::Result<()> {
    let (boss, path) = (&voucher.boss.client, format!("/v1/purchases/{}", credit.purchase));
    let lot = boss.get(&format!("/v1/lots/{}", credit.lot)).await?;
    boss.post(&format!("{path}:refund"), json!({})).await?;
    let so = |purchase: &Value| {
        let told = purchase["refund"]["refusedReasonEn"].as_str().is_some_and(|why| !why.is_empty());
        Ok(purchase.text("state")? == "PURCHASE_STATE_APPROVED" && told)
    };
    let refused = scene.until(boss, &path, "the refund is refused", so).await?;
    scene.tell.note(refused.text("refund.refusedReasonEn")?);
    scene.tell.same("no refund while gifts are out", refused.won("refund.refusedOutstanding")?, lot.won("outstanding")?)
}

/// A claim and a recall of the same gift at the same moment have one winner (VO-10).
async fn race(scene: &mut Scene, sender: &Account, sent: &Sent, gift: &Gift, tally: &mut Tally) -> anyhow::Result<()> {
    let recall = format!("/v1/sends/{}:recallGifts", sent.id);
    let (claimed, recalled) = tokio::join!(
        scene.anyone.try_post("/v1/gifts:claim", json!({ "code": gift.code })),
        sender.client.try_post(&recall, json!({ "giftIds": [gift.id] })),
    );
    let (claimed, recalled) = (claimed?, recalled?.ok()?);
    let winners = i64::from(claimed.status.is_success()) + recalled.number("recalledCount")?;
    let winner = if claimed.status.is_success() { "the claim" } else { "the recall" };
    scene.tell.same(&format!("claim and recall at once: winners ({winner} won)"), winners, 1)?;
    let side = if claimed.status.is_success() { &mut tally.claimed } else { &mut tally.recalled };
    side.push(gift.amount);
    Ok(())
}

/// First what would be recalled, then all of it.
async fn recall(
    scene: &mut Scene,
    sender: &Account,
    sent: &Sent,
    left: &[Gift],
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let path = format!("/v1/sends/{}:recallGifts", sent.id);
    let total = Money::total(left.iter().map(|gift| gift.amount)).context("too much")?;
    let dry = sender.client.post(&path, json!({ "all": true, "validateOnly": true })).await?;
    scene.tell.same("unclaimed, to be recalled", dry.number("recalledCount")?, i64::try_from(left.len())?)?;
    scene.tell.same("they come to", dry.won("recalledTotal")?, total)?;
    let done = sender.client.post(&path, json!({ "all": true })).await?;
    scene.tell.same("recalled", done.number("recalledCount")?, i64::try_from(left.len())?)?;
    scene.tell.same("back in the lot", done.won("recalledTotal")?, total)?;
    tally.recalled.extend(left.iter().map(|gift| gift.amount));
    if let Some(gift) = left.first() {
        let refused = scene.anyone.try_post("/v1/gifts:byCode", json!({ "code": gift.code })).await?;
        scene.tell.refused("a recalled gift to its recipient", &refused, 404, "GIFT_NOT_FOUND")?;
    }
    Ok(())
}

async fn outcome(
    scene: &mut Scene,
    sender: &Account,
    credit: &Credit,
    sent: &Sent,
    tally: &Tally,
) -> anyhow::Result<()> {
    let send = sender.client.get(&format!("/v1/sends/{}", sent.id)).await?;
    let ends = [("claimed", &tally.claimed), ("declined", &tally.declined), ("recalled", &tally.recalled)];
    for (end, amounts) in ends {
        let figure = send.at(&format!("outcome.{end}"))?;
        let total = Money::total(amounts.iter().copied()).context("too much")?;
        scene.tell.same(&format!("outcome: {end}"), figure.number("count")?, i64::try_from(amounts.len())?)?;
        scene.tell.same("they come to", figure.won("amount")?, total)?;
    }
    scene.tell.same("outcome: unclaimed", send.number("outcome.unclaimed.count")?, 0)?;
    scene.tell.same("outcome: all", send.won("outcome.sent.amount")?, sent.total)?;
    let claimed = Money::total(tally.claimed.iter().copied()).context("too much")?;
    let lot = sender.client.get(&format!("/v1/lots/{}", credit.lot)).await?;
    scene.tell.same("the lot: claimed", lot.won("claimed")?, claimed)?;
    let left = credit.face.checked_sub(claimed).context("more than there is")?;
    scene.tell.same("the lot: available again", lot.won("available")?, left)?;
    scene.tell.same("the lot: outstanding", lot.won("outstanding")?, Money::ZERO)?;
    scene.tell.same("the lot: reserved", lot.won("reserved")?, Money::ZERO)
}
