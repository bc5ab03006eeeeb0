//! Step 6: A third company's free membership becomes a paid one: without consent it is refused, with it and with the storage
//! offer it is placed; the order history shows all of it. [BI-9, BI-12, BI-28, ME-18]

use serde_json::{Value, json};

use crate::{
    check::{column, joined},
    json::Json as _,
    recipients,
    scene::{Firm, Scene},
    step_04_order::{pay, sum, terms},
};

/// Plays it.
pub async fn play(scene: &mut Scene) -> anyhow::Result<()> {
    scene.tell.step(
        6,
        "A free membership becomes a paid one, with consent and the storage offer",
        "BI-9, BI-12, BI-28, ME-18",
    );
    let firm = scene.found("주식회사 무료로", "도무료").await?;
    let site = free(scene, &firm).await?;
    convert(scene, &firm, &site).await?;
    history(scene, &firm).await
}

/// Nine users for nothing: paid at once.
async fn free(scene: &mut Scene, firm: &Firm) -> anyhow::Result<String> {
    let boss = &firm.boss.client;
    let selection = json!({ "kind": "ORDER_KIND_NEW", "baseService": "shared-free", "seats": "9" });
    let order = json!({ "selection": selection, "acceptedTermsVersion": terms(scene).await? });
    let placed = boss.post("/v1/orders", order).await?;
    scene.tell.same("Shared, free, 9 users", placed.won("price.total")?.to_string(), "0".into())?;
    scene.tell.same("it skips payment", placed.text("paymentMethod")?, "PAYMENT_METHOD_NONE")?;
    let site = placed.text("siteId")?.to_owned();
    let path = format!("/v1/orders/{}", placed.text("orderId")?);
    let so = |order: &Value| Ok(order.text("state")? == "ORDER_STATE_FULFILLED");
    scene.until(boss, &path, "the free order is fulfilled", so).await?;
    let status = boss.get(&format!("/v1/sites/{site}/membership")).await?;
    scene.tell.same("the membership's class", status.text("class")?, "MEMBERSHIP_CLASS_FREE")?;
    scene.tell.holds("it has no last day", "no end", status["lastDay"].is_null())?;
    Ok(site)
}

async fn convert(scene: &mut Scene, firm: &Firm, site: &str) -> anyhow::Result<()> {
    let boss = &firm.boss.client;
    let selection = json!({
        "kind": "ORDER_KIND_CONVERSION", "baseService": "shared", "seats": "10", "termMonths": 12, "storageGb": "50",
        "siteId": site,
    });
    let preview = boss.post("/v1/prices:preview", json!({ "selection": selection })).await?;
    let price = preview.at("price")?;
    // Set-up 50,000 + 12 × 10 × 4,000 + 12 × 50 × 1,000 less 30 % of the storage; VAT a tenth.
    scene.tell.same("list price", price.won("list")?.to_string(), "1,130,000".into())?;
    scene.tell.same("the offer on 50 GB (30 %)", price.won("discount")?.to_string(), "180,000".into())?;
    scene.tell.same("with VAT", price.won("total")?.to_string(), "1,045,000".into())?;
    scene.tell.same("its lines come to", sum(price)?, price.won("total")?)?;
    let needed = preview.at("consentNeeded")?;
    scene.tell.same("paid a month until now", needed.won("oldMonthlyFee")?.to_string(), "0".into())?;
    scene.tell.note(format_args!("a month from now on: {}", needed.won("newMonthlyFee")?));
    scene.tell.note(needed.text("wordingKo")?);

    let mut order = json!({ "selection": selection, "acceptedTermsVersion": terms(scene).await? });
    let refused = boss.try_post("/v1/orders", order.clone()).await?;
    scene.tell.refused("a conversion without consent", &refused, 409, "CONSENT_REQUIRED")?;
    let wording = needed.text("wordingVersion")?;
    let given = json!({ "selection": selection, "wordingVersion": wording, "agreed": true });
    let consent = boss.post("/v1/priceConsents", given).await?;
    order["consentId"] = json!(consent.text("consentId")?);
    let placed = boss.post("/v1/orders", order).await?;
    scene.tell.same("placed with it, it costs", placed.won("price.total")?.to_string(), "1,045,000".into())?;
    pay(scene, firm, &placed).await?;

    let status = boss.get(&format!("/v1/sites/{site}/membership")).await?;
    scene.tell.same("the membership's class", status.text("class")?, "MEMBERSHIP_CLASS_PAID")?;
    scene.tell.same("the nine free seats did not stay: seats", status.number("seats.contracted")?, 10)?;
    scene.tell.same("storage beside that of the seats, GB", status.number("storageGb")?, 50)
}

async fn history(scene: &mut Scene, firm: &Firm) -> anyhow::Result<()> {
    let boss = &firm.boss.client;
    let listed = boss.get("/v1/orders").await?;
    let orders = listed.list("orders")?;
    let expected = "ORDER_KIND_CONVERSION, ORDER_KIND_NEW".to_owned();
    scene.tell.same("the order history", joined(column(orders, "kind")), expected)?;
    let totals =
        orders.iter().map(|o| o.won("total").map(|won| won.to_string())).collect::<anyhow::Result<Vec<_>>>()?;
    scene.tell.same("with VAT", totals.join(" and "), "1,045,000 and 0".to_owned())?;
    scene.tell.note(orders[0].text("mainItemsKo")?);
    let only = boss.get("/v1/orders?kind=ORDER_KIND_NEW").await?;
    scene.tell.same("of kind new alone", only.list("orders")?.len(), 1)?;
    let without = boss.download("/v1/orders:export").await;
    scene.tell.holds("no file without a reason", "refused", without.is_err())?;
    let (kind, bytes) = boss.download("/v1/orders:export?reason=monthly+closing").await?;
    scene.tell.note(kind);
    let rows = recipients::rows(bytes)?;
    scene.tell.same("as an Excel sheet: rows with the headings", rows, 3)?;
    let exported = |trail: &Value| {
        let entries = trail.list("entries")?;
        Ok(entries
            .iter()
            .any(|e| e["action"] == "orders.exported" && e["detail"].to_string().contains("monthly closing")))
    };
    scene.until(boss, "/v1/auditEntries?pageSize=100", "the trail knows who took it, and why", exported).await?;
    Ok(())
}
