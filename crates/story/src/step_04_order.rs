//! Step 4: Preview, price lock, order, deposit, fulfilment exactly once; the site is open and the company a customer. Then an
//! admin is invited by e-mail, linked through the site's signed assertion, and accepts.
//! [BI-1–6, BI-9–11, BI-25, ME-1–4, ID-2, ID-13, ID-14, ID-22]

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use uuid::Uuid;
use words::{Money, Period};

use crate::{
    check::column,
    json::{Json as _, money},
    scene::{Account, Firm, Scene},
    step_01_individual::selection,
};

/// A site with a membership.
pub struct Site {
    /// Its id.
    pub id: String,
    /// What its contract runs for.
    pub period: Period,
}

/// Plays it.
pub async fn play(scene: &mut Scene, portal: &Firm, voucher: &Firm, individual: &Account) -> anyhow::Result<Site> {
    scene.tell.step(
        4,
        "Price lock, order, deposit, fulfilment; an admin joins through the product's signed assertion",
        "BI-1–6, BI-9–11, BI-25, ME-1–4, ID-2, ID-13, ID-14, ID-22",
    );
    let order = order(scene, portal, voucher).await?;
    let site = open(scene, portal, &order).await?;
    dedicated(scene, portal).await?;
    invite_by_mail(scene, portal, &site, individual).await?;
    Ok(site)
}

/// The version of the order terms in force.
pub async fn terms(scene: &Scene) -> anyhow::Result<String> {
    Ok(scene.anyone.get("/v1/catalogueItems").await?.text("termsVersion")?.to_owned())
}

/// What the lines come to.
pub fn sum(price: &Value) -> anyhow::Result<Money> {
    let lines = price.list("lines")?.iter().map(|line| line.won("amount")).collect::<anyhow::Result<Vec<_>>>()?;
    Money::total(lines).ok_or_else(|| anyhow::anyhow!("the lines do not add up"))
}

async fn order(scene: &mut Scene, portal: &Firm, voucher: &Firm) -> anyhow::Result<Value> {
    let boss = &portal.boss.client;
    let sealed = boss.post("/v1/prices:preview", json!({ "selection": selection(), "seal": true })).await?;
    let price = sealed.at("price")?;
    for line in price.list("lines")? {
        let formula = line["derivation"]["formula"].as_str().unwrap_or_default();
        let name = if line.text("nameEn")?.is_empty() { "VAT" } else { line.text("nameEn")? };
        scene.tell.note(format_args!("{name:<20} {:>10}   {formula}", line.won("amount")?));
    }
    scene.tell.same("Shared, 10 users, 12 months, with VAT", price.won("total")?.to_string(), "583,000".into())?;
    scene.tell.same("its supply", price.won("supply")?.to_string(), "530,000".into())?;
    scene.tell.same("its VAT", price.won("vat")?.to_string(), "53,000".into())?;
    scene.tell.same("its lines come to", sum(price)?, price.won("total")?)?;

    let prefix = format!("story-{:08x}", scene.people.number(1 << 32));
    let mut order = json!({
        "selection": selection(), "sitePrefix": prefix, "priceLockId": sealed.text("priceLockId")?,
        "paymentMethod": "PAYMENT_METHOD_BANK_TRANSFER",
    });
    let refused = boss.try_post("/v1/orders", order.clone()).await?;
    scene.tell.refused("an order without accepting the terms", &refused, 409, "TERMS_NOT_ACCEPTED")?;
    order["acceptedTermsVersion"] = json!(terms(scene).await?);
    let mut other = order.clone();
    other["selection"]["seats"] = json!("11");
    let refused = boss.try_post("/v1/orders", other).await?;
    scene.tell.refused("an order of something else under the lock", &refused, 409, "PRICE_LOCK_STALE")?;

    let key = Uuid::new_v4();
    let placed = boss.repeat_post(key, "/v1/orders", order.clone()).await?.ok()?;
    scene.tell.same("the order awaits", placed.text("state")?, "ORDER_STATE_AWAITING_PAYMENT")?;
    scene.tell.same("it bills exactly the lock", placed.at("price")? == price, true)?;
    scene.tell.same("to transfer", placed.won("transfer.amount")?.to_string(), "583,000".into())?;
    let again = boss.repeat_post(key, "/v1/orders", order.clone()).await?.ok()?;
    scene.tell.same("the same request again makes", again.text("orderId")?, placed.text("orderId")?)?;
    order["sitePrefix"] = json!("another-one");
    let refused = boss.repeat_post(key, "/v1/orders", order).await?;
    scene.tell.refused("another content under the same key", &refused, 409, "REQUEST_ID_REUSED")?;
    let refused = voucher.boss.client.ask(&format!("/v1/orders/{}", placed.text("orderId")?)).await?;
    scene.tell.refused("another company looks at it", &refused, 404, "ORDER_NOT_FOUND")?;
    Ok(placed)
}

/// The deposit arrives: the order is fulfilled once, whatever is said twice.
async fn open(scene: &mut Scene, portal: &Firm, order: &Value) -> anyhow::Result<Site> {
    let boss = &portal.boss.client;
    let (id, site) = (order.text("orderId")?, order.text("siteId")?.to_owned());
    pay(scene, portal, order).await?;
    let path = format!("/v1/orders/{id}:confirmDeposit");
    let owed = money(order.won("price.total")?);
    let twice = scene.operator.post(&path, json!({ "amount": owed, "depositor": portal.company.legal_name })).await?;
    scene.tell.same("a second deposit for it lies at the desk", twice.text("deposit.match")?, "DEPOSIT_MATCH_TWICE")?;

    let history = boss.get(&format!("/v1/sites/{site}/membership/history")).await?;
    let causes = column(history.list("changes")?, "cause").join(", ");
    scene.tell.same("the membership's history", causes, "order_new".to_owned())?;
    let opened = boss.get(&format!("/v1/sites/{site}")).await?;
    scene.tell.same("the site", opened.text("state")?, "SITE_STATE_LIVE")?;
    let wished = order.text("sitePrefix")?;
    scene.tell.same("under the prefix wished for", opened.text("prefix")?, wished)?;
    scene.tell.note(format_args!("https://{}", opened.text("address")?));
    scene.tell.same("opened on", opened.day("openedOn")?, scene.today().await?)?;

    let status = boss.get(&format!("/v1/sites/{site}/membership")).await?;
    let period = Period::term(scene.today().await?, 12);
    scene.tell.same("its membership", status.text("state")?, "MEMBERSHIP_STATE_ACTIVE")?;
    scene.tell.same("in force from", status.day("firstDay")?, period.first())?;
    scene.tell.same("through", status.day("lastDay")?, period.last())?;
    scene.tell.same("days left", status.number("daysLeft")?, period.days())?;
    scene.tell.same("seats", status.number("seats.contracted")?, 10)?;
    scene.tell.same("monthly fee", status.won("monthlyFee")?.to_string(), "40,000".into())?;
    scene.company_becomes(portal, "COMPANY_STATE_CUSTOMER").await?;
    scene.tell.note("the company is a customer");
    scene.mailbox.next(&portal.boss.person.email, "site-opened").await?;
    scene.tell.note("its contact has a mail with the address");
    Ok(Site { id: site, period })
}

/// An operator confirms the deposit of what is owed; the order is paid, then fulfilled.
pub async fn pay(scene: &mut Scene, firm: &Firm, order: &Value) -> anyhow::Result<Value> {
    let id = order.text("orderId")?;
    let path = format!("/v1/orders/{id}:confirmDeposit");
    let deposit = json!({ "amount": money(order.won("price.total")?), "depositor": firm.company.legal_name });
    let key = Uuid::new_v4();
    let paid = scene.operator.repeat_post(key, &path, deposit.clone()).await?.ok()?;
    scene.tell.same("the deposit is", paid.text("deposit.match")?, "DEPOSIT_MATCH_EXACT")?;
    let again = scene.operator.repeat_post(key, &path, deposit).await?.ok()?;
    scene.tell.same(
        "confirming it again changes nothing",
        again["order"]["payTime"] == paid["order"]["payTime"],
        true,
    )?;
    let so = |order: &Value| Ok(order.text("state")? == "ORDER_STATE_FULFILLED");
    let fulfilled = scene.until(&firm.boss.client, &format!("/v1/orders/{id}"), "the order is fulfilled", so).await?;
    scene.tell.same("the order", fulfilled.text("state")?, "ORDER_STATE_FULFILLED")?;
    Ok(fulfilled)
}

async fn dedicated(scene: &mut Scene, portal: &Firm) -> anyhow::Result<()> {
    let selection = json!({
        "kind": "ORDER_KIND_NEW", "baseService": "dedicated", "seats": "10", "termMonths": 12, "prepaid": true,
    });
    let preview = portal.boss.client.post("/v1/prices:preview", json!({ "selection": selection })).await?;
    let price = preview.at("price")?;
    scene.tell.same("Dedicated, 10 users, prepaid 12 months", price.won("total")?.to_string(), "3,685,000".into())?;
    scene.tell.same("its discount", price.won("discount")?.to_string(), "150,000".into())?;
    scene.tell.same("its lines come to", sum(price)?, price.won("total")?)
}

async fn invite_by_mail(scene: &mut Scene, portal: &Firm, site: &Site, individual: &Account) -> anyhow::Result<()> {
    let boss = &portal.boss.client;
    let key = SigningKey::from_bytes(&rand::random());
    let public = BASE64_URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
    boss.post("/v1/productKeys", json!({ "siteId": site.id, "publicKey": public })).await?;

    let person = &individual.person;
    let invited = boss.post("/v1/invitations", json!({ "name": person.name, "email": person.email })).await?;
    scene.tell.same("an invitation goes out by mail", invited.text("state")?, "INVITATION_STATE_PENDING")?;
    let token = scene.mailbox.token(&person.email, "invitation").await?;
    let accept = json!({ "token": token });
    let refused = individual.client.try_post("/v1/invitations:accept", accept.clone()).await?;
    scene.tell.refused("accepting without a product account", &refused, 409, "PRODUCT_LINK_REQUIRED")?;

    let now = scene.now().await?;
    let assertion = |account: &str, key: &SigningKey| {
        let claims = json!({
            "iss": site.id, "sub": account, "aud": "dure", "iat": now.timestamp(), "exp": now.timestamp() + 120,
            "jti": Uuid::new_v4().to_string(),
        });
        signed(&claims, key)
    };
    let refused = boss.try_post("/v1/productLinks", json!({ "assertion": assertion("u-1", &key) })).await?;
    scene.tell.refused("linking a corporate account", &refused, 409, "CORPORATE_ACCOUNT_CANNOT_LINK")?;
    let forged = assertion("u-1", &SigningKey::from_bytes(&rand::random()));
    let refused = individual.client.try_post("/v1/productLinks", json!({ "assertion": forged })).await?;
    scene.tell.refused("an assertion signed with another key", &refused, 401, "ASSERTION_INVALID")?;
    let linked = individual.client.post("/v1/productLinks", json!({ "assertion": assertion("u-1", &key) })).await?;
    scene.tell.same("linked to the product account", linked.text("productAccount")?, "u-1")?;
    let accepted = individual.client.post("/v1/invitations:accept", accept).await?;
    scene.tell.same("the invited person is", accepted.text("role")?, "ROLE_ADMIN")?;
    scene.tell.same("and keeps the kind", accepted.text("kind")?, "ACCOUNT_KIND_INDIVIDUAL")?;

    let tokens = scene.anyone.post("/v1/sessions:product", json!({ "assertion": assertion("u-1", &key) })).await?;
    let admin = scene.anyone.signed_in(&tokens)?;
    let orders = admin.get("/v1/orders").await?;
    scene.tell.same("signed in from the product, sees orders", orders.list("orders")?.len(), 1)?;
    Ok(())
}

/// A compact EdDSA JWS.
fn signed(claims: &Value, key: &SigningKey) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signing = format!("{}.{}", part(&json!({ "alg": "EdDSA", "typ": "JWT" })), part(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(signing.as_bytes()).to_bytes());
    format!("{signing}.{signature}")
}
