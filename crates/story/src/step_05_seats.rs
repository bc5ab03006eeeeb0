//! Step 5: Ten users are admitted, the eleventh refused; five seats more, prorated by day; then it fits; entitlement checks
//! answer with revision and end. [BI-6, BI-7, ME-7, ME-8, ME-20]

use futures::future::join_all;
use serde_json::{Value, json};
use words::Money;

use crate::{
    client::Client,
    json::Json as _,
    prorate::prorated,
    scene::{Firm, Scene},
    step_03_voucher_admin::{self, Sender},
    step_04_order::{Site, pay, sum, terms},
};

/// Days by which the clock is moved where it can be: an invitation lapses, and proration has days to count.
const LATER: i64 = 40;
/// What five seats of Shared cost a month (BI-2).
const FIVE_SEATS: i64 = 5 * 4_000;

/// Plays it.
pub async fn play(
    scene: &mut Scene,
    portal: &Firm,
    voucher: &Firm,
    site: &Site,
    sender: &Sender,
) -> anyhow::Result<()> {
    scene.tell.step(
        5,
        "Ten users are admitted, the eleventh refused; five seats more, prorated by day; then it fits",
        "BI-6, BI-7, ME-7, ME-8, ME-20",
    );
    if scene.clock {
        later(scene, portal, voucher, sender).await?;
    } else {
        scene.tell.note("not shown here: the clock is moved (a late invitation, proration in the middle of a term)");
    }
    let product = product(scene).await?;
    let refused = admit_eleven(scene, &product, site).await?;
    let before = check(&product, site, "seat", 1).await?;
    scene.tell.same("one more seat?", before.text("reason")?, "ENTITLEMENT_REASON_QUOTA_USED_UP")?;
    five_more(scene, portal, site).await?;

    let admitted = product.post(&admit(site), json!({ "userId": refused })).await?;
    scene.tell.same("the eleventh fits now: seats used", admitted.number("seats.used")?, 11)?;
    scene.tell.same("of contracted", admitted.number("seats.contracted")?, 15)?;
    scene.tell.same("in per cent (11/15)", admitted.number("seats.usedPercent")?, 73)?;
    entitlements(scene, &product, site, &before).await
}

/// Moves the clock; who was signed in signs in again.
async fn later(scene: &mut Scene, portal: &Firm, voucher: &Firm, sender: &Sender) -> anyhow::Result<()> {
    let before = scene.today().await?;
    scene.anyone.post("/v1/clock:advance", json!({ "seconds": (LATER * 86_400).to_string() })).await?;
    scene.tell.same("the clock is moved: it is now", scene.today().await?, before.plus_days(LATER))?;
    scene.sign_in_again(&[&portal.boss, &voucher.boss, &sender.account]).await?;
    step_03_voucher_admin::late(scene, sender).await
}

/// The product's own program: it admits users and asks what they may.
async fn product(scene: &Scene) -> anyhow::Result<Client> {
    let asked = json!({ "clientId": "product", "clientSecret": "product-development-secret" });
    scene.anyone.signed_in(&scene.anyone.post("/v1/serviceTokens", asked).await?)
}

fn admit(site: &Site) -> String {
    format!("/v1/sites/{}/users:admit", site.id)
}

async fn check(product: &Client, site: &Site, feature: &str, amount: i64) -> anyhow::Result<Value> {
    let query = format!("amount={amount}&consistency=CONSISTENCY_STRONG");
    product.get(&format!("/v1/sites/{}/entitlements/{feature}?{query}", site.id)).await
}

/// All at once; answers the user who was refused.
async fn admit_eleven(scene: &mut Scene, product: &Client, site: &Site) -> anyhow::Result<String> {
    let users: Vec<String> = (1..=11).map(|n| format!("user-{n:02}")).collect();
    let path = admit(site);
    let asked = users.iter().map(|user| product.try_post(&path, json!({ "userId": user })));
    let answers = join_all(asked).await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let admitted = answers.iter().filter(|answer| answer.status.is_success()).count();
    scene.tell.same("eleven ask at once; admitted", admitted, 10)?;
    let refused = answers.iter().zip(&users).find(|(answer, _)| !answer.status.is_success());
    let (answer, user) = refused.ok_or_else(|| anyhow::anyhow!("nobody was refused"))?;
    scene.tell.refused("the eleventh", answer, 409, "SEAT_LIMIT_EXCEEDED")?;
    let held = users.iter().find(|u| *u != user).expect("eleven users");
    let again = product.post(&path, json!({ "userId": held })).await?;
    scene.tell.same("admitting somebody again uses no seat", again.number("seats.used")?, 10)?;
    Ok(user.clone())
}

async fn five_more(scene: &mut Scene, portal: &Firm, site: &Site) -> anyhow::Result<()> {
    let today = scene.today().await?;
    let selection = json!({ "kind": "ORDER_KIND_ADDITIONAL", "seats": "5", "siteId": site.id });
    let order = json!({ "selection": selection, "acceptedTermsVersion": terms(scene).await? });
    let placed = portal.boss.client.post("/v1/orders", order).await?;
    let price = placed.at("price")?;
    let supply = prorated(FIVE_SEATS, today, site.period.last());
    let what = format!("five seats, {today} ~ {}, supply", site.period.last());
    scene.tell.same(&what, price.won("supply")?, Money::from_won(supply))?;
    scene.tell.same("its VAT", price.won("vat")?, Money::from_won(supply / 10))?;
    scene.tell.same("with VAT", price.won("total")?, Money::from_won(supply + supply / 10))?;
    scene.tell.same("its lines come to", sum(price)?, price.won("total")?)?;
    for line in price.list("lines")?.iter().take(1) {
        scene.tell.note(line["derivation"]["formula"].as_str().unwrap_or_default());
    }
    pay(scene, portal, &placed).await?;
    Ok(())
}

async fn entitlements(scene: &mut Scene, product: &Client, site: &Site, before: &Value) -> anyhow::Result<()> {
    let four = check(product, site, "seat", 4).await?;
    scene.tell.same("four more seats are allowed", four.flag("allowed")?, true)?;
    scene.tell.same("limit", four.number("limit")?, 15)?;
    scene.tell.same("used", four.number("used")?, 11)?;
    let five = check(product, site, "seat", 5).await?;
    scene.tell.same("five more are not", five.text("reason")?, "ENTITLEMENT_REASON_QUOTA_USED_UP")?;
    let (old, new) = (before.number("revision")?, four.number("revision")?);
    scene.tell.holds("the revision grew", format_args!("{old} → {new}"), new > old)?;
    let end = site.period.last().end();
    scene.tell.same("until the last day's end", four.instant("until")?, end)?;
    scene.tell.same("may change by itself at", four.instant("mayChangeAt")?, end)?;
    let accounting = check(product, site, "accounting", 1).await?;
    scene.tell.same("accounting", accounting.text("reason")?, "ENTITLEMENT_REASON_NOT_CONTRACTED")?;
    let groupware = check(product, site, "groupware", 1).await?;
    scene.tell.same("groupware", groupware.flag("allowed")?, true)
}
