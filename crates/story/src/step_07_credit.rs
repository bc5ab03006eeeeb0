//! Step 7: The voucher company buys credit: 20,000,000 for 19,500,000 (5 % up to 10,000,000 a month); not approved before the
//! documents are ticked off; its lot is valid for five years to the day. [BI-19–21, BI-23, VO-1, VO-2]
//!
//! A sheet that comes to more than 20,000,000 buys as much more.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use words::Money;

use crate::{
    check::{column, joined},
    json::{Json as _, date, money},
    scene::{Firm, Scene},
    step_02_companies::samples,
};

/// The story's purchase.
const FACE: i64 = 20_000_000;
/// The part of it that is sold at 5 % less.
const DISCOUNTED: i64 = 10_000_000;
/// A second, small purchase: at face value, without documents.
const SMALL: i64 = 1_000_000;
/// The month's limit beyond both.
const LEFT: i64 = 5_000_000;
/// Purchases are in units of a million here.
const UNIT: i64 = 1_000_000;

/// The document that is valid for a year.
const ATTORNEY: &str = "PURCHASE_DOCUMENT_POWER_OF_ATTORNEY";

/// A purchase and the lot it funded.
#[derive(Debug, Clone)]
pub struct Credit {
    /// The purchase.
    pub purchase: String,
    /// Its lot.
    pub lot: String,
    /// Face value.
    pub face: Money,
    /// What was paid.
    pub paid: Money,
    /// The lot of the small purchase.
    pub small_lot: String,
}

/// Plays it.
pub async fn play(scene: &mut Scene, voucher: &Firm) -> anyhow::Result<Credit> {
    scene.tell.step(7, "The voucher company buys credit", "BI-19–21, BI-23, VO-1, VO-2");
    let total = scene.recipients.total.won();
    let face = if total > FACE { (total / UNIT + 1) * UNIT } else { FACE };
    account(scene, voucher).await?;
    policy(scene, voucher, face).await?;

    let purchase = apply(scene, voucher, face).await?;
    let paid = Money::from_won(face - DISCOUNTED / 20);
    scene.tell.same("face value", purchase.won("faceValue")?, Money::from_won(face))?;
    scene.tell.same("to pay: 5 % off the first 10,000,000", purchase.won("payable")?, paid)?;
    let id = purchase.text("purchaseId")?.to_owned();
    documents(scene, &purchase).await?;
    let lot = approve(scene, voucher, &purchase).await?;

    let small = apply(scene, voucher, SMALL).await?;
    scene.tell.same("1,000,000 more is above the discount", small.won("payable")?, Money::from_won(SMALL))?;
    scene.tell.same("below 10,000,000: documents", small.list("documents")?.len(), 0)?;
    let small_lot = approve(scene, voucher, &small).await?;
    let more = json!({ "faceValue": money(Money::from_won(LEFT + 10_000)) });
    let refused = voucher.boss.client.try_post("/v1/purchases", more).await?;
    scene.tell.refused("more than the month's limit", &refused, 429, "PURCHASE_LIMIT_EXCEEDED")?;
    scene.company_becomes(voucher, "COMPANY_STATE_CUSTOMER").await?;
    scene.tell.note("the company is a customer");
    Ok(Credit { purchase: id, lot, face: Money::from_won(face), paid, small_lot })
}

/// The account it buys from (BI-23).
async fn account(scene: &mut Scene, voucher: &Firm) -> anyhow::Result<()> {
    let boss = &voucher.boss.client;
    let form = json!({
        "bank": "가상은행", "accountNumber": "100-000-0000001", "holder": voucher.company.legal_name,
        "bankbookCopy": BASE64_STANDARD.encode(samples()[1].1),
        "contact": { "name": voucher.boss.person.name, "phone": voucher.boss.person.phone, "email": voucher.boss.person.email },
    });
    let mut stranger = form.clone();
    stranger["holder"] = json!("다른 사람");
    let refused = boss.try_post("/v1/registeredAccounts", stranger).await?;
    scene.tell.refused("an account of somebody else", &refused, 409, "HOLDER_NOT_COMPANY")?;
    let account = boss.post("/v1/registeredAccounts", form).await?;
    let masked = account.text("accountNumberMasked")?;
    scene.tell.holds("its number is masked", masked, masked.ends_with("*****"))?;
    let path = format!("/v1/registeredAccounts/{}:approve", account.text("registeredAccountId")?);
    let approved = scene.operator.post(&path, json!({})).await?;
    scene.tell.same("an operator approves it", approved.text("state")?, "REGISTERED_ACCOUNT_STATE_ACTIVE")
}

/// 5 % up to 10,000,000 a month, and a limit that both purchases fit in (BI-20).
async fn policy(scene: &mut Scene, voucher: &Firm, face: i64) -> anyhow::Result<()> {
    let path = format!("/v1/companies/{}/purchasePolicy", voucher.id);
    let default = scene.operator.get(&path).await?;
    scene.tell.same("default for 42 heads: rate", default.number("discountRateBasisPoints")?, 1_000)?;
    let limit = Money::from_won(face + SMALL + LEFT);
    let wanted = json!({
        "purchaseLimit": money(limit), "discountedLimit": money(Money::from_won(DISCOUNTED)),
        "discountRateBasisPoints": 500,
    });
    let set = scene.operator.post(&format!("{path}:set"), wanted).await?;
    scene.tell.same("an operator sets: rate", set.number("discountRateBasisPoints")?, 500)?;
    scene.tell.same("discounted limit", set.won("discountedLimit")?.to_string(), "10,000,000".into())?;
    scene.tell.same("purchase limit a month", set.won("purchaseLimit")?, limit)
}

async fn apply(scene: &mut Scene, voucher: &Firm, face: i64) -> anyhow::Result<Value> {
    let person = &voucher.boss.person;
    let asked = json!({
        "faceValue": money(Money::from_won(face)),
        "contact": { "name": person.name, "phone": person.phone, "email": person.email },
    });
    let purchase = voucher.boss.client.post("/v1/purchases", asked).await?;
    scene.tell.same("the purchase is", purchase.text("state")?, "PURCHASE_STATE_PENDING")?;
    scene.tell.same("to be paid by", purchase.text("depositor")?, voucher.company.legal_name.as_str())?;
    scene.tell.note(format_args!("confirmed by {} at the latest", purchase.day("confirmBy")?));
    Ok(purchase)
}

fn approval(voucher: &Firm, purchase: &Value) -> anyhow::Result<Value> {
    Ok(json!({ "depositAmount": money(purchase.won("payable")?), "depositor": voucher.company.legal_name }))
}

/// Not approved before they are there (BI-21).
async fn documents(scene: &mut Scene, purchase: &Value) -> anyhow::Result<()> {
    let id = purchase.text("purchaseId")?;
    let missing = column(purchase.list("documents")?, "document");
    scene.tell.note(format_args!("documents: {}", joined(missing.clone())));
    let body = json!({ "depositAmount": money(purchase.won("payable")?), "depositor": purchase.text("depositor")? });
    let refused = scene.operator.try_post(&format!("/v1/purchases/{id}:approve"), body).await?;
    scene.tell.refused("approving before they are ticked off", &refused, 409, "DOCUMENTS_MISSING")?;
    let path = format!("/v1/purchases/{id}:tickDocument");
    let today = scene.today().await?;
    for document in &missing {
        let mut tick = json!({ "document": document });
        if *document == ATTORNEY {
            tick["issuedOn"] = date(today.plus_days(-400));
            let refused = scene.operator.try_post(&path, tick.clone()).await?;
            scene.tell.refused("a power of attorney of last year", &refused, 409, "ATTORNEY_NOT_VALID")?;
            tick["issuedOn"] = date(today.plus_days(-30));
        }
        scene.operator.post(&path, tick).await?;
    }
    scene.tell.holds("ticked off", missing.len(), !missing.is_empty())
}

/// Approves; answers the lot (VO-1).
async fn approve(scene: &mut Scene, voucher: &Firm, purchase: &Value) -> anyhow::Result<String> {
    let (boss, id) = (&voucher.boss.client, purchase.text("purchaseId")?);
    let today = scene.today().await?;
    let approved = scene.operator.post(&format!("/v1/purchases/{id}:approve"), approval(voucher, purchase)?).await?;
    scene.tell.same("approved after", approved.text("state")?, "PURCHASE_STATE_APPROVED")?;
    let so = |purchase: &Value| Ok(!purchase.text("lotId")?.is_empty());
    let funded = scene.until(boss, &format!("/v1/purchases/{id}"), "the lot is funded", so).await?;
    let lot = boss.get(&format!("/v1/lots/{}", funded.text("lotId")?)).await?;
    scene.tell.same("its lot holds", lot.won("available")?, purchase.won("faceValue")?)?;
    scene.tell.same("funded on", lot.day("fundedOn")?, today)?;
    scene.tell.same("valid through (five years)", lot.day("validThrough")?, today.plus_months(60))?;
    scene.mailbox.next(&voucher.boss.person.phone, "purchase-approved").await?;
    scene.tell.note("the approval came by SMS");
    Ok(lot.text("lotId")?.to_owned())
}
