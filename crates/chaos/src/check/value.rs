//! I1, I2, I3, I7: value. Counted here with statements of our own, not with Dure's proof.

use std::collections::BTreeMap;

use crate::{database::Databases, history::History};

/// I1: of every lot, stored balances are what its entries come to, they sum to its face value, and its gifts and sends
/// come to the same.
pub async fn i01_buckets(sql: &Databases) -> anyhow::Result<Vec<String>> {
    let mut moved = String::new();
    for bucket in ["available", "reserved", "outstanding", "claimed", "expired", "refunded"] {
        moved += &format!(
            ", COALESCE(SUM(CASE WHEN e.to_account = '{bucket}' THEN e.amount WHEN e.from_account = '{bucket}' \
             THEN -e.amount END), 0) AS e_{bucket}"
        );
    }
    let question = format!(
        "WITH entries AS (SELECT l.id, COUNT(e.*) AS many, MAX(e.sequence) AS last{moved} FROM lots l \
           LEFT JOIN ledger_entries e ON e.lot_id = l.id GROUP BY l.id), \
         given AS (SELECT lot_id, COALESCE(SUM(amount) FILTER (WHERE state = 'unclaimed'), 0) AS unclaimed, \
           COALESCE(SUM(amount) FILTER (WHERE state = 'claimed'), 0) AS claimed, SUM(amount) AS issued FROM gifts GROUP BY lot_id) \
         SELECT 'lot ' || l.id || ': stored ' || concat_ws('/', l.available, l.reserved, l.outstanding, l.claimed, l.expired, \
             l.refunded) || ', by its entries ' || concat_ws('/', e_available, e_reserved, e_outstanding, e_claimed, e_expired, \
             e_refunded) || ', face ' || l.face || ', unclaimed gifts ' || COALESCE(g.unclaimed, 0) || ', claimed ones ' \
             || COALESCE(g.claimed, 0) \
         FROM lots l JOIN entries ON entries.id = l.id LEFT JOIN given g ON g.lot_id = l.id \
         WHERE (l.available, l.reserved, l.outstanding, l.claimed, l.expired, l.refunded) \
             IS DISTINCT FROM (e_available, e_reserved, e_outstanding, e_claimed, e_expired, e_refunded) \
           OR l.available + l.reserved + l.outstanding + l.claimed + l.expired + l.refunded <> l.face \
           OR COALESCE(g.unclaimed, 0) <> e_outstanding OR COALESCE(g.claimed, 0) <> e_claimed \
           OR many <> last OR last <> l.version"
    );
    sql.voucher.texts(&question).await
}

/// I2: none of them is below zero.
pub async fn i02_not_negative(sql: &Databases) -> anyhow::Result<Vec<String>> {
    let question = "SELECT 'lot ' || id || ' has a bucket below zero' FROM lots \
                    WHERE LEAST(available, reserved, outstanding, claimed, expired, refunded) < 0";
    sql.voucher.texts(question).await
}

/// I3: one end a gift, in the ledger and in what was answered.
pub async fn i03_one_end(sql: &Databases, history: &History) -> anyhow::Result<Vec<String>> {
    let mut found = i03_in_the_ledger(sql).await?;
    found.extend(i03_as_answered(history));
    Ok(found)
}

/// The part of I3 that can be looked at while a load runs.
pub async fn i03_in_the_ledger(sql: &Databases) -> anyhow::Result<Vec<String>> {
    let question = "\
        SELECT 'gift ' || reference || ' ended ' || COUNT(*) || ' times' FROM ledger_entries \
          WHERE movement IN ('claim', 'decline') GROUP BY reference HAVING COUNT(*) > 1 \
        UNION ALL SELECT 'gift ' || g.id || ' is ' || g.state || ' without its entry' FROM gifts g \
          WHERE g.state = 'claimed' AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.reference = g.id AND e.movement = 'claim') \
             OR g.state = 'declined' AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.reference = g.id AND e.movement = 'decline') \
        UNION ALL SELECT 'gift ' || g.id || ' is ' || g.state || ' and has an entry of ' || e.movement FROM gifts g \
          JOIN ledger_entries e ON e.reference = g.id AND e.movement IN ('claim', 'decline') \
          WHERE g.state <> CASE e.movement WHEN 'claim' THEN 'claimed' ELSE 'declined' END";
    sql.voucher.texts(question).await
}

fn i03_as_answered(history: &History) -> Vec<String> {
    let mut ends: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for verb in ["ClaimGift", "DeclineGift", "RecallGifts"] {
        for gift in history.done(verb, "gift") {
            ends.entry(gift).or_default().push(verb);
        }
    }
    let twice = ends.into_iter().filter(|(_, verbs)| verbs.len() > 1);
    twice.map(|(gift, verbs)| format!("double: gift {gift} was answered {}", verbs.join(" and "))).collect()
}

/// I7: no refund is more than was paid for what left the lot; nothing moves in a lot after it was closed; refunded
/// purchases and closed lots are the same.
pub async fn i07_refunds(sql: &Databases) -> anyhow::Result<Vec<String>> {
    let mut found = sql
        .billing
        .texts(
            "SELECT 'payout ' || y.id || ' of ' || y.amount || ' is more than the face value ' || p.face FROM payout y \
             JOIN purchase p ON p.id = y.purchase_id WHERE y.amount > p.face",
        )
        .await?;
    let after = "SELECT 'lot ' || c.lot_id || ' moved after it was closed' FROM ledger_entries c \
                 WHERE c.movement = 'close' AND EXISTS (SELECT 1 FROM ledger_entries e WHERE e.lot_id = c.lot_id AND e.sequence > c.sequence) \
                 UNION ALL SELECT 'lot ' || id || ' is closed and holds value' FROM lots \
                 WHERE state = 'closed' AND available + reserved + outstanding > 0";
    found.extend(sql.voucher.texts(after).await?);
    let refunded = sql.billing.texts("SELECT id FROM purchase WHERE state = 'refunded'").await?;
    let closed = sql.voucher.texts("SELECT purchase_id FROM lots WHERE state = 'closed'").await?;
    let closed =
        closed.iter().map(|text| Ok(crate::names::uuid_of(text)?.to_string())).collect::<anyhow::Result<_>>()?;
    found.extend(super::differences("refund of purchase", &closed, &refunded.into_iter().collect()));
    Ok(found)
}
