//! Step 10: What is available in the lot is refunded: ⌊paid × available / face value⌋. Every lot and the audit trail are
//! proved. [BI-22, VO-16, VO-19, ID-29, OP-9]

use serde_json::{Value, json};
use words::Money;

use crate::{
    json::Json as _,
    scene::{Firm, Scene},
    step_07_credit::Credit,
};

/// Plays it.
pub async fn play(scene: &mut Scene, voucher: &Firm, credit: &Credit) -> anyhow::Result<()> {
    scene.tell.step(
        10,
        "What is available is refunded, and every won is accounted for",
        "BI-22, VO-16, VO-19, ID-29, OP-9",
    );
    let (boss, path) = (&voucher.boss.client, format!("/v1/purchases/{}", credit.purchase));
    let lot_path = format!("/v1/lots/{}", credit.lot);
    let available = boss.get(&lot_path).await?.won("available")?;
    let asked = boss.post(&format!("{path}:refund"), json!({})).await?;
    scene.tell.note(format_args!("asked for: {}", asked.text("state")?));
    let so = |purchase: &Value| Ok(purchase.text("state")? == "PURCHASE_STATE_REFUNDED");
    let refunded = scene.until(boss, &path, "the purchase is refunded", so).await?;
    let (paid, face) = (i128::from(credit.paid.won()), i128::from(credit.face.won()));
    let amount = Money::from_won(i64::try_from(paid * i128::from(available.won()) / face)?);
    let what = format!("refunded: ⌊{} × {available} / {}⌋", credit.paid, credit.face);
    scene.tell.same(&what, refunded.won("refund.amount")?, amount)?;
    let lot = boss.get(&lot_path).await?;
    scene.tell.same("its lot is", lot.text("state")?, "LOT_STATE_CLOSED")?;
    scene.tell.same("refunded of it", lot.won("refunded")?, available)?;
    scene.tell.same("available in it", lot.won("available")?, Money::ZERO)?;
    prove(scene, voucher, credit).await
}

/// The lot, the whole ledger and the whole audit trail.
async fn prove(scene: &mut Scene, voucher: &Firm, credit: &Credit) -> anyhow::Result<()> {
    let proof = voucher.boss.client.get(&format!("/v1/lots/{}:prove", credit.lot)).await?;
    scene.tell.same("the lot's buckets come to", proof.won("recomputed.total")?, credit.face)?;
    scene.tell.same("its chain of entries proves it", proof.flag("holds")?, true)?;
    verify(scene).await
}

/// Every lot adds up; the audit trail has no broken link.
pub async fn verify(scene: &mut Scene) -> anyhow::Result<()> {
    let ledger = scene.operator.post("/v1/ledger:verify", json!({})).await?;
    scene.tell.note(format_args!("{} lots, {} entries", ledger.number("lots")?, ledger.number("entries")?));
    scene.tell.same("every lot adds up", ledger.flag("holds")?, true)?;
    scene.tell.same("face values and buckets", ledger.won("recomputed.total")?, ledger.won("faceValue")?)?;
    let trail = scene.operator.get("/v1/auditEntries:verify").await?;
    scene.tell.note(format_args!("{} audit entries", trail.number("entries")?));
    scene.tell.same("no link of the audit trail is broken", trail.flag("intact")?, true)
}
