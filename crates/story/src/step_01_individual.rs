//! Step 1: An individual signs up, asks for a quote and gets it by mail; an order is refused. [ID-5, ID-6, ID-7, ID-25, ID-31, BI-8]

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    json::Json as _,
    scene::{Account, Scene},
};

/// Plays it; answers the individual, signed in.
pub async fn play(scene: &mut Scene) -> anyhow::Result<Account> {
    scene.tell.step(
        1,
        "An individual signs up, asks for a quote, gets it by mail; placing an order is refused",
        "ID-5, ID-6, ID-7, ID-25, ID-31, BI-8",
    );
    let account = sign_up(scene).await?;
    quote(scene, &account).await?;

    let order = json!({ "selection": selection(), "acceptedTermsVersion": "any" });
    let refused = account.client.try_post("/v1/orders", order).await?;
    scene.tell.refused("placing an order as an individual", &refused, 403, "CORPORATE_ACCOUNT_REQUIRED")?;
    Ok(account)
}

/// Shared, 10 users, 12 months: 583,000.
pub fn selection() -> Value {
    json!({ "kind": "ORDER_KIND_NEW", "baseService": "shared", "seats": "10", "termMonths": 12 })
}

async fn sign_up(scene: &mut Scene) -> anyhow::Result<Account> {
    let person = scene.people.person("이온유");
    let anyone = scene.anyone.clone();
    let free = anyone.get(&format!("/v1/loginIds/{}", person.login_id)).await?;
    scene.tell.same("the login id is free", free.flag("free")?, true)?;

    let asked = anyone.post("/v1/verifications", person.verification("VERIFICATION_PURPOSE_SIGN_UP")).await?;
    let path = format!("/v1/verifications/{}:confirm", asked.text("verificationId")?);
    let code = scene.mailbox.code(&person.phone).await?;
    scene.tell.note(format_args!("a code of {} digits went to {}", code.len(), asked.text("phoneMasked")?));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = anyone.try_post(&path, json!({ "code": wrong })).await?;
    scene.tell.refused("a wrong code", &refused, 409, "CODE_WRONG_OR_EXPIRED")?;
    let confirmed = anyone.post(&path, json!({ "code": code })).await?;
    let token = confirmed.text("verificationToken")?;

    let form = json!({
        "loginId": person.login_id, "password": person.password, "verificationToken": token,
        "email": person.email, "consents": scene.consents,
    });
    let made = anyone.post("/v1/accounts", form.clone()).await?;
    scene.tell.same("the account's kind", made.text("kind")?, "ACCOUNT_KIND_INDIVIDUAL")?;
    let another = scene.people.person("이온유");
    let mut again = form;
    again["loginId"] = json!(another.login_id);
    let refused = anyone.try_post("/v1/accounts", again).await?;
    scene.tell.refused("the same verification a second time", &refused, 409, "VERIFICATION_INVALID")?;
    let taken = anyone.get(&format!("/v1/loginIds/{}", person.login_id)).await?;
    scene.tell.same("the login id is free now", taken.flag("free")?, false)?;

    let (account, with_code) = scene.sign_in(&person).await?;
    scene.tell.same("an individual's login asks for a code", with_code, false)?;
    let me = account.client.get("/v1/me").await?;
    scene.tell.same("who I am", me.text("account.loginId")?, person.login_id.as_str())?;
    Ok(account)
}

async fn quote(scene: &mut Scene, account: &Account) -> anyhow::Result<()> {
    let person = &account.person;
    let asked = json!({ "selection": selection(), "contact": { "name": person.name, "email": person.email } });
    let quote = account.client.post("/v1/quotes", asked).await?;
    scene.tell.note(format_args!("quote {}", quote.text("number")?));
    scene.tell.same(
        "Shared, 10 users, 12 months, with VAT",
        quote.won("price.total")?.to_string(),
        "583,000".into(),
    )?;
    let valid = scene.today().await?.plus_days(30);
    scene.tell.same("valid through", quote.day("validThrough")?, valid)?;

    let mail = scene.mailbox.next(&person.email, "quote").await?;
    let opened = scene.mailbox.open(&mail).await?;
    let file = opened.list("attachments")?.first().ok_or_else(|| anyhow::anyhow!("the mail has no attachment"))?;
    let bytes = BASE64_STANDARD.decode(file.text("data")?)?;
    scene.tell.holds("the mail brings a PDF", format_args!("{} bytes", bytes.len()), bytes.starts_with(b"%PDF-"))?;
    let (kind, bytes) = account.client.download(&format!("/v1/quotes/{}:download", quote.text("quoteId")?)).await?;
    scene.tell.holds("and it can be downloaded", &kind, kind == "application/pdf" && bytes.starts_with(b"%PDF-"))?;
    Ok(())
}
