//! I4 and I5: what was answered is what is there. After every unknown outcome was driven to a definite one the sets are
//! equal: what is missing was lost, what is too much was done twice.

use std::collections::{BTreeMap, BTreeSet};

use super::{baseline::CONFIRMED, baseline::set, differences};
use crate::{history::Outcome, names::uuid_of, stage::World};

/// Reads leave no request id behind.
const REFUSED_AND_KEPT: &str = "GIFT_NOT_FOUND";

/// I4: one effect a request id. Done: its id is known and its thing is there; refused: neither.
pub async fn i04_one_effect(world: &World) -> anyhow::Result<Vec<String>> {
    let mut found = request_ids(world).await?;
    let (billing, voucher, before) = (&world.sql.billing, &world.sql.voucher, &world.baseline);
    let promised = |verb: &str, field: &str| ids(&world.history.done(verb, field));
    let less = |is: Vec<String>, before: &BTreeSet<String>| &set(is) - before;

    let orders = less(billing.texts("SELECT id FROM orders").await?, &before.orders);
    found.extend(differences("order", &promised("PlaceOrder", "order")?, &orders));
    let cancelled = set(billing.texts("SELECT id FROM orders WHERE state = 'cancelled'").await?);
    found.extend(differences("cancellation of order", &promised("CancelOrder", "order")?, &cancelled));
    let paid = billing.texts("SELECT id FROM orders WHERE state IN ('paid', 'fulfilled')").await?;
    let paid = less(paid, &before.orders);
    found.extend(differences("payment of order", &promised("ConfirmDeposit", "paid")?, &paid));
    let purchases = less(billing.texts("SELECT id FROM purchase").await?, &before.purchases);
    found.extend(differences("purchase", &promised("ApplyPurchase", "purchase")?, &purchases));
    let approved =
        billing.texts("SELECT id FROM purchase WHERE state IN ('approved', 'refunding', 'refunded')").await?;
    let approved = less(approved, &before.purchases);
    found.extend(differences("approval of purchase", &promised("ApprovePurchase", "purchase")?, &approved));
    let deposits = less(
        billing.texts("SELECT id FROM deposit WHERE content::jsonb->>'order' IS NOT NULL").await?,
        &before.deposits,
    );
    found.extend(differences("deposit", &promised("ConfirmDeposit", "deposit")?, &deposits));
    let confirmed = less(voucher.texts(CONFIRMED).await?, &before.sends);
    found.extend(differences("confirmation of send", &promised("ConfirmSend", "send")?, &confirmed));
    for (verb, state) in [("ClaimGift", "claimed"), ("DeclineGift", "declined"), ("RecallGifts", "recalled")] {
        let ended = set(voucher.texts(&format!("SELECT id FROM gifts WHERE state = '{state}'")).await?);
        found.extend(differences(&format!("{verb} of"), &promised(verb, "gift")?, &ended));
    }
    let lots = less(voucher.texts("SELECT id FROM lots").await?, &before.lots);
    let funded = voucher.texts("SELECT purchase_id FROM lots").await?;
    let funded = &ids(&funded)? - &before.purchases;
    found.extend(differences("lot of purchase", &approved, &funded));
    if lots.len() != funded.len() {
        found.push(format!("double: {} lots for {} purchases", lots.len(), funded.len()));
    }
    Ok(found)
}

async fn request_ids(world: &World) -> anyhow::Result<Vec<String>> {
    let mut kept: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (service, sql) in world.sql.all() {
        let ids = sql.texts("SELECT request_id FROM flow_request WHERE scope NOT LIKE 'when:%'").await?;
        kept.insert(service, set(ids));
    }
    let mut found = Vec::new();
    let forgets = *crate::history::lock(&world.forgets);
    for entry in world.history.entries() {
        if forgets == Some(entry.service) && entry.outcome.is_some() {
            continue;
        }
        let known = kept.get(entry.service).is_some_and(|ids| ids.contains(&entry.request.to_string()));
        match &entry.outcome {
            Some(Outcome::Done(_)) if !known => {
                found.push(format!("lost: {} {} was answered and is not known", entry.verb, entry.request));
            }
            Some(Outcome::Refused(reason)) if known && reason != REFUSED_AND_KEPT => {
                found.push(format!("double: {} {} was refused ({reason}) and is known", entry.verb, entry.request));
            }
            None => found.push(format!("{} {} never had a definite answer", entry.verb, entry.request)),
            _ => {}
        }
    }
    Ok(found)
}

/// I5: what successful sends came to is what was set aside and issued, gift by gift.
pub async fn i05_sends_are_issued(world: &World) -> anyhow::Result<Vec<String>> {
    let voucher = &world.sql.voucher;
    let mut found = voucher
        .texts(
            "SELECT 'send ' || s.id || ' of ' || s.recipient_count || ' recipients and ' || s.total || ' has ' || COUNT(g.id) \
             || ' gifts of ' || COALESCE(SUM(g.amount), 0) FROM sends s LEFT JOIN gifts g ON g.send_id = s.id \
             WHERE s.state = 'completed' GROUP BY s.id HAVING COUNT(g.id) <> s.recipient_count OR COALESCE(SUM(g.amount), 0) <> s.total \
             UNION ALL SELECT 'send ' || id || ' is still ' || state FROM sends WHERE state IN ('scheduled', 'sending')",
        )
        .await?;
    let before = if world.baseline.sends.is_empty() { 0 } else { sum_of(world).await? };
    let sent = world.history.sum("ConfirmSend", "total") + before;
    for movement in ["reserve", "issue"] {
        let question = format!("SELECT SUM(amount) FROM ledger_entries WHERE movement = '{movement}'");
        let posted = voucher.number(&question).await?;
        if posted != sent {
            found.push(format!("sends came to {sent}, the postings of {movement} to {posted}"));
        }
    }
    Ok(found)
}

async fn sum_of(world: &World) -> anyhow::Result<i64> {
    let list: Vec<String> = world.baseline.sends.iter().map(|id| format!("'{id}'")).collect();
    world.sql.voucher.number(&format!("SELECT SUM(total) FROM sends WHERE id IN ({})", list.join(", "))).await
}

/// Texts of the API as the databases write the ids.
fn ids(texts: &[String]) -> anyhow::Result<BTreeSet<String>> {
    texts.iter().map(|text| Ok(uuid_of(text)?.to_string())).collect()
}
